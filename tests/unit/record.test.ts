import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/package.ts';
import type { Plan } from '../../src/plan.ts';
import { plan, textOf } from '../support/templates.ts';

interface Line {
  readonly p: string;
  readonly k: string;
  readonly m: number;
  readonly h: string;
  readonly z: string;
}

const SECRETS = { accessTokenKeys: 'k1:aaa', refreshTokenKey: 'very-secret' };

const made = plan(
  {
    'typing/feature.json': { name: 'typing', summary: 'x', policies: { 'src/list.ts': 'union' } },
    'typing/files/src/list.ts': '[]\n',
    'base/files/.env.ejs': 'KEY=<%- env(secrets.refreshTokenKey) %>\n',
    'base/files/.env.example': 'KEY=\n',
    'base/files/README.md': '# My app\n',
    'base/files/_gitignore': 'dist/\n',
    'base/files/src/a.ts': 'export const a = 1;\n',
    'base/files/icon.bin': 'a\0b',
    'base/files/tsconfig.build.json': '{}\n',
  },
  { features: ['typing'], secrets: SECRETS, databaseUri: 'mongodb://ada:hunter2@host/chat' },
);

function lines(of: Plan): readonly Line[] {
  return textOf(of, '.chat-backend/base.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('the record of a project', () => {
  it('says in its manifest how the project was made', () => {
    expect(JSON.parse(textOf(made, '.chat-backend/manifest.json'))).toEqual({
      schema: 1,
      generator: 'create-chat-backend',
      version: VERSION,
      options: {
        packageName: 'my-app',
        description: 'A real-time chat backend',
        author: '',
        port: 3000,
        packageManager: 'npm',
      },
      features: { typing: {} },
    });
  });

  it('has the pristine text of every file but the secret ones, by path', () => {
    const expected = made.files.filter(
      ({ path }) => path !== '.env' && !path.startsWith('.chat-backend/'),
    );
    expect(lines(made).map(({ p }) => p)).toEqual(expected.map(({ path }) => path));
    for (const [index, { p, h, z }] of lines(made).entries()) {
      const bytes = inflateRawSync(Buffer.from(z, 'base64'));
      expect(bytes, p).toEqual(expected[index]?.bytes);
      expect(createHash('sha256').update(bytes).digest('hex').slice(0, 32)).toBe(h);
    }
  });

  it('says how each file is merged', () => {
    expect(Object.fromEntries(lines(made).map(({ p, k, m }) => [p, `${k} ${m}`]))).toEqual({
      '.env.example': 'union 644',
      '.gitignore': 'union 644',
      'README.md': 'soft 644',
      'icon.bin': 'binary 644',
      'package.json': 'json 644',
      'src/a.ts': 'text 644',
      'src/list.ts': 'union 644',
      'tsconfig.build.json': 'json 644',
    });
  });

  it('A57 holds no secret', () => {
    for (const { path, bytes } of made.files)
      if (path !== '.env') expect(bytes.toString(), path).not.toMatch(/hunter2|very-secret/);
    for (const { p, z } of lines(made))
      expect(inflateRawSync(Buffer.from(z, 'base64')).toString(), p).not.toMatch(/hunter2|very-/);
  });

  it('is the same with and without secrets', () => {
    const { files } = plan({ 'base/files/a.ts': '' }, { secrets: SECRETS });
    expect(files).toEqual(plan({ 'base/files/a.ts': '' }).files);
  });
});
