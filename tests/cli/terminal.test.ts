import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { toRun } from '../../src/context.ts';
import { placeQuestions, projectQuestions } from '../../src/prompts.ts';
import { onlyPrograms } from '../support/fake-program.ts';
import { FEATURES } from '../support/option-samples.ts';
import { scratch, treeOf } from '../support/scratch.ts';
import { KEYS, hasTerminal, terminal } from '../support/terminal.ts';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

describe.runIf(hasTerminal)('at a terminal', () => {
  it('asks for what is missing, and Enter takes the defaults', async () => {
    const { type, ended } = terminal([], { cwd });
    await type(/Directory of the new project/, `my-app${KEYS.enter}`);
    await type(/Which features/, KEYS.enter);
    await type(/One node/, KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    await type(/Install/, `n${KEYS.enter}`);
    await type(/git repository/, `n${KEYS.enter}`);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/Next\s+1\. cd my-app\s+2\. npm install\s+3\. npm run dev/);
    expect(screen).toMatch(/npx create-chat-backend@\S+ my-app --no-install --no-git --yes/);
    expect(readdirSync(cwd)).toEqual(['my-app']);
  });

  it('asks again where an answer cannot be', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const { type, ended } = terminal(['--preset', 'minimal', '--no-install', '--no-git'], { cwd });
    await type(/Directory/, `taken${KEYS.enter}`);
    await type(/taken is a file/, `${'\u007F'.repeat(5)}My Chat${KEYS.enter}`);
    await type(/Package name.*my-chat/, KEYS.enter);
    await type(/One node/, KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(cwd, 'My Chat/package.json'), 'utf8')).toContain('"my-chat"');
  });

  it('offers what may happen to files that are in the way', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
    const { type, ended } = terminal(['my-app', '--no-install', '--no-git'], { cwd });
    await type(/is not empty: what happens to its files/, KEYS.down + KEYS.enter);
    await type(/Which features/, KEYS.enter);
    await type(/One node/, KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(cwd, 'my-app/package.json'), 'utf8')).toBe('mine');
    expect(readdirSync(join(cwd, 'my-app'))).toContain('src');
  });

  it('stops at once where the files in the way are to stay', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
    const { type, ended } = terminal(['my-app'], { cwd });
    await type(/is not empty: what happens to its files/, KEYS.enter);
    expect((await ended).code).toBe(3);
    expect(readdirSync(join(cwd, 'my-app'))).toEqual(['package.json']);
  });

  it('lets features be chosen one by one', async () => {
    const { type, ended } = terminal(['my-app', '--no-install', '--no-git'], { cwd });
    await type(/Which features/, KEYS.down + KEYS.down + KEYS.enter);
    await type(/Features.*◉ demo/s, KEYS.space + KEYS.enter);
    await type(/One node/, KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/create-chat-backend@\S+ my-app --features ci,demo,[a-z,]+,typing /);
  });

  // Every question there is, with what leads to it: a text to wait for, and the keys to answer with.
  const asked: readonly (readonly [RegExp, string])[] = [
    [/Directory of/, `My Chat${KEYS.enter}`],
    [/what happens to its files/, KEYS.down + KEYS.enter],
    [/Package name/, KEYS.enter],
    [/Which features/, KEYS.down + KEYS.down + KEYS.enter],
    [/Features/, KEYS.enter],
    [/One node/, KEYS.enter],
    [/Package manager/, KEYS.enter],
    [/Install/, `n${KEYS.enter}`],
    [/git repository/, `n${KEYS.enter}`],
  ];
  it.each(asked.map(([question], index) => [question, index] as const))(
    'A70 Ctrl-C at the question %s writes nothing and ends with 130',
    async (question, index) => {
      mkdirSync(join(cwd, 'My Chat'));
      writeFileSync(join(cwd, 'My Chat/package.json'), 'mine');
      const before = treeOf(cwd);
      const { type, ended } = terminal([], { cwd });
      for (const [text, keys] of asked.slice(0, index)) await type(text, keys);
      await type(question, KEYS.interrupt);
      const { code, screen } = await ended;
      expect(screen).toMatch(/error: cancelled\s+Nothing was written\.\s*$/);
      expect(code).toBe(130);
      expect(treeOf(cwd)).toEqual(before);
    },
  );

  it('A70 knows every question', () => {
    const run = toRun({});
    const questions = [...placeQuestions(run), ...projectQuestions({}, FEATURES, run)];
    const names = questions.map(({ message }) => message);
    expect(names).toHaveLength(asked.length);
    for (const [index, message] of names.entries()) expect(message).toMatch(asked[index]![0]);
  });

  it('asks only for what neither a flag nor a preset file says', async () => {
    const preset = { preset: 'minimal', adapter: 'none', install: false };
    writeFileSync(join(cwd, 'a.json'), JSON.stringify(preset));
    const { type, ended } = terminal(['my-app', '--config', 'a.json', '--no-git'], { cwd });
    await type(/Package manager/, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).not.toMatch(/Directory|Which|One node|Install|repository/);
  });

  it('offers only package managers that are there, where one has to install', async () => {
    const env = onlyPrograms(process.execPath, '/bin/stty');
    writeFileSync(join(env.PATH, 'pnpm'), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    const args = ['my-app', '--preset', 'minimal', '--adapter', 'none', '--no-git', '--install'];
    const { type, ended } = terminal(args, { cwd, env });
    await type(/npm \(not found\)[^]*❯ pnpm/, KEYS.enter);
    const { code, screen } = await ended;
    expect(screen).toMatch(/pnpm install failed with exit code 7/);
    expect(code).toBe(5);
  });

  it('A67 asks nothing, and shows no colour and no movement, in CI', async () => {
    const { ended, raw } = terminal(['my-app', '--no-install', '--no-git'], {
      cwd,
      env: { CI: '1' },
    });
    expect((await ended).code).toBe(0);
    expect(raw()).not.toContain('\u001B');
  });

  it('asks in CI too when --interactive says so', async () => {
    const { type, ended } = terminal(['my-app', '--interactive'], { cwd, env: { CI: '1' } });
    await type(/Which features/, KEYS.interrupt);
    expect((await ended).code).toBe(130);
  });

  it.each([{ TERM: 'dumb' }, { NO_COLOR: '1' }])('A68 shows plain text with %j', async (env) => {
    const { ended, raw } = terminal(['my-app', '--yes', '--no-install', '--no-git'], { cwd, env });
    expect((await ended).code).toBe(0);
    // eslint-disable-next-line no-control-regex -- colours are what we look for
    expect(raw()).not.toMatch(/\u001B\[[0-9;]+m/);
    expect(raw()).toContain(`is in ${join(cwd, 'my-app')}`);
  });

  it('A68 truncates nothing of what stays on a screen of 20 columns', async () => {
    const args = ['my-app', '--yes', '--no-install', '--no-git'];
    const { ended } = terminal(args, { cwd, columns: 20 });
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toContain(`written to ${join(cwd, 'my-app')}`);
    expect(screen).toContain('my-app --no-install --no-git --yes');
    const refused = await terminal(args, { cwd, columns: 20 }).ended;
    expect(refused.code).toBe(3);
    expect(refused.screen).toContain('--on-conflict overwrite (replace, with backups).');
  });
});
