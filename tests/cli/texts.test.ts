import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { HtmlRenderer, Parser } from 'commonmark';
import { beforeEach, describe, expect, it } from 'vitest';
import { command, json } from '../support/command.ts';
import { filesOf, scratch } from '../support/scratch.ts';

const QUICK = ['--yes', '--no-install', '--no-git'];

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

function read(file: string): string {
  return readFileSync(join(cwd, 'my-app', file), 'utf8');
}

// The texts of users appear in package.json, in the README, and nowhere in code.
async function expectLiteral(description: string): Promise<void> {
  const outcome = await command(['my-app', ...QUICK, `--description=${description}`], { cwd });
  expect(outcome.stderr).not.toMatch(/error/);
  expect(outcome.code).toBe(0);
  expect(JSON.parse(read('package.json')).description).toBe(description);
  for (const file of filesOf(join(cwd, 'my-app')).filter((path) => path.endsWith('.ts'))) {
    expect(read(file)).not.toContain(description);
  }
}

describe('a description', () => {
  it.each(['say "hi"', "it's", '`tick`', 'back\\slash', 'C:\\new'])('A47 may be %s', expectLiteral);

  it.each(['<%= process.env %>', '<% throw 1 %>', '%>', '<%- "x" %>'])(
    'A49 may look like a template: %s',
    expectLiteral,
  );

  it.each(['*/ process.exit() /*', '-->', ']]>'])('A50 may end a comment: %s', expectLiteral);

  it.each(['${process.env.HOME}', '$(id)', '{{x}}'])(
    'A51 may look like a variable: %s',
    expectLiteral,
  );

  it('A52 may be markup, which the README shows as text', async () => {
    await expectLiteral('</script><img onerror>');
    const html = new HtmlRenderer().render(new Parser().parse(read('README.md')));
    expect(html).toContain('&lt;/script&gt;&lt;img onerror&gt;');
    expect(html).not.toContain('<img');
  });

  it.each(['A <a@b.example>', '=cmd()', '- yaml: x', '# x'])(
    'A55 an author may be %s',
    async (author) => {
      const outcome = await command(['my-app', ...QUICK, `--author=${author}`], { cwd });
      expect(outcome.code).toBe(0);
      expect(JSON.parse(read('package.json')).author).toBe(author);
    },
  );
});

describe('a connection string', () => {
  it.each([
    'mongodb://localhost:27017/chat#x',
    'mongodb://a:p%20w@localhost/chat?appName=a b',
    `mongodb://a:"q'@localhost/chat`,
    'mongodb://a:$HOME@localhost/chat',
    'mongodb+srv://a:b@cluster.example/chat',
  ])('A56 comes back from .env as it was: %s', async (uri) => {
    const outcome = await command(['my-app', ...QUICK, '--database-uri', uri], { cwd });
    expect(outcome.code).toBe(0);
    expect(parseEnv(read('.env'))['MONGODB_URI']).toBe(uri);
  });

  it('A57 stands in .env and nowhere else', async () => {
    const uri = 'mongodb://ada:pass-of-ada-7c1@db.example/chat';
    const args = ['my-app', ...QUICK, '--json', '--debug', '--database-uri', uri];
    const outcome = await command(args, { cwd });
    expect(outcome.stdout + outcome.stderr).not.toMatch(/pass-of-ada-7c1|db\.example/);
    expect(json(outcome).answers).not.toHaveProperty('databaseUri');
    for (const file of filesOf(join(cwd, 'my-app'))) {
      if (file !== '.env') expect(read(file)).not.toContain('pass-of-ada-7c1');
    }
    expect(read('.env')).toContain('pass-of-ada-7c1');
  });
});

describe('the keys of a project', () => {
  it('are in .env, mode 600, different each time, and in no other file', async () => {
    await command(['my-app', ...QUICK], { cwd });
    const first = parseEnv(read('.env'));
    const key = first['REFRESH_TOKEN_KEY'] ?? '';
    expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    for (const ring of ['ACCESS_TOKEN_KEYS', 'DATA_KEYS'])
      expect(first[ring]).toMatch(/^\w+:[\w-]{43}$/);
    for (const file of filesOf(join(cwd, 'my-app'))) {
      if (file !== '.env') expect(read(file)).not.toContain(key);
    }
    await command(['other', ...QUICK], { cwd });
    const second = parseEnv(readFileSync(join(cwd, 'other/.env'), 'utf8'));
    expect(second['REFRESH_TOKEN_KEY']).not.toBe(key);
  });
});
