import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config-file/parse.ts';
import { VERSION } from '../../../src/package.ts';

const DIGEST = '0123456789abcdef';

const ANSWERS = {
  packageName: 'my-app',
  description: 'A chat',
  author: '',
  port: 4000,
  packageManager: 'pnpm',
  adapter: 'redis',
  features: ['demo', 'typing'],
};
/** A version that nothing would end. */
const LONG = `1.0.0-${'a'.repeat(100)}`;
const RECORD = {
  generator: 'create-chat-backend',
  version: VERSION,
  templates: DIGEST,
  answers: ANSWERS,
};

function parse(record: string | object): ReturnType<typeof parseConfigFile> {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  return parseConfigFile(text, 'app/.chat-backend.json', DIGEST);
}

function expectRefused(record: string | object, message: RegExp): void {
  expect(() => parse(record)).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(message) as string,
    }),
  );
}

describe('a record as a config file', () => {
  it('gives its answers', () => {
    expect(parse(RECORD)).toEqual({ options: ANSWERS, notes: [] });
    const moved = { 'src/app.ts': 'src/server/app.ts', 'a.md': 'docs/.github/a..b.md' };
    expect(parse({ ...RECORD, moved })).toEqual({ options: ANSWERS, notes: [] });
  });

  it.each(['0.0.1', '12.0.0', '1.0.0-rc.1'])(
    'of version %s says which program makes the same files',
    (version) => {
      expect(parse({ ...RECORD, version }).notes).toEqual([
        `app/.chat-backend.json was written by create-chat-backend ${version}, and this is ${VERSION}: npx create-chat-backend@${version} makes the same files`,
      ]);
    },
  );

  it('of this version says when the templates are others', () => {
    expect(parse({ ...RECORD, templates: 'f'.repeat(16) }).notes).toEqual([
      `app/.chat-backend.json was written by create-chat-backend ${VERSION} with other templates: files may differ`,
    ]);
  });

  it.each<[string, object | string, RegExp]>([
    ['broken JSON', '{"generator": "create-chat-backend",}', /a comma too many: line 1/],
    ['a key twice', '{"generator": 1, "generator": 2}', /a key for the second time/],
    ['an unknown key', { ...RECORD, date: '2026-01-01' }, /has an unknown key "date"/],
    ['a key of every object', JSON.stringify(RECORD).replace('{', '{"__proto__":{},'), /__proto__/],
    ['another generator', { ...RECORD, generator: 'x' }, /is not a record of create-chat-backend/],
    ['no version', { ...RECORD, version: undefined }, /a "version" that is not one/],
    ['no digest', { ...RECORD, templates: 'B7D7' }, /"templates" that are not 16 hexadecimal/],
    ['no answers', { ...RECORD, answers: null }, /has not an object "answers"/],
    ['a list of moves', { ...RECORD, moved: [] }, /has not an object "moved"/],
  ])('L08 is refused with %s', (_, record, message) => expectRefused(record, message));

  it.each<[object, RegExp]>([
    [{ databaseUri: 'mongodb://a:hunter2@host/chat' }, /^(?!.*hunter2).*answer "databaseUri"/],
    [{ directory: '/etc' }, /has an unknown answer "directory"/],
    [{ onConflict: 'overwrite' }, /has an unknown answer "onConflict"/],
    [{ preset: 'full' }, /has an unknown answer "preset"/],
    [{ adapter: undefined }, /has no answer "adapter"/],
    [{ features: undefined }, /has no answer "features"/],
    [{ port: '4000' }, /an answer "port" that is not a number/],
    [{ port: 0 }, /an answer "port" that is not an integer/],
    [{ author: 'a\nb' }, /an answer "author" that contains/],
    [{ packageManager: 'pnmp' }, /an answer "packageManager" that is not one of the choices/],
    [{ features: ['typing', '@team/x'] }, /names a feature "@team\/x", which cannot be one/],
    [{ features: ['npm:x'] }, /names a feature "npm:x", which cannot be one/],
    [{ adapter: '../redis' }, /names a feature "\.\.\/redis", which cannot be one/],
  ])('L08 is refused with the answers %j', (change, message) =>
    expectRefused({ ...RECORD, answers: { ...ANSWERS, ...change } }, message),
  );

  it('L09 is refused with conflict markers, and says how to resolve them', () => {
    const text = JSON.stringify(RECORD, null, 2);
    const merged = text.replace(
      '      "demo",\n',
      '<<<<<<< ours\n      "demo",\n=======\n      "ci",\n>>>>>>> theirs\n',
    );
    expect(merged).not.toBe(text);
    expect(() => parse(merged)).toThrow(
      expect.objectContaining({
        message: 'the preset file app/.chat-backend.json has the conflict markers of a merge',
        hint: 'Keep what both sides have, one line a feature.',
      }),
    );
  });

  it.each([
    '^1.0.0',
    'latest',
    '*',
    '1.x',
    '01.0.0',
    '1.0',
    'v1.0.0',
    'file:../x',
    'npm:x@1.0.0',
    'https://example.org/x.tgz',
    '1.0.0 --x',
    '1.0.0\n',
    '1.0.0+build',
    LONG,
    100,
  ])('L10 is refused with the version %j', (version) =>
    expectRefused({ ...RECORD, version }, /has a "version" that is not one like 1\.2\.3$/),
  );

  it.each([
    '',
    '../x',
    'a/../../x',
    'a/./x',
    'a//x',
    'a/',
    '/x',
    'C:\\x',
    'c:/x',
    'a\\..\\x',
    'a\0',
    'a/.GIT/x',
    '.git',
    '.git./hooks/x',
    '.git /x',
    '.git::$INDEX_ALLOCATION/x',
    'GIT~1/x',
    1,
  ])('L11 is refused with a move from or to %j', (path) => {
    const message = /has a path in "moved" that cannot be one/;
    expectRefused({ ...RECORD, moved: { 'src/app.ts': path } }, message);
    if (typeof path === 'string')
      expectRefused({ ...RECORD, moved: { [path]: 'src/x.ts' } }, message);
  });
});
