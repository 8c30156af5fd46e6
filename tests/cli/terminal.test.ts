import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { additionWords } from '../../src/templates/additions.ts';
import { toRunContext } from '../../src/context.ts';
import { allQuestions } from '../../src/prompts/prompts.ts';
import { unreadable } from '../support/colours.ts';
import { INSTALLS, fakeProgram, onlyPrograms } from '../support/fake-program.ts';
import { installation } from '../support/installation.ts';
import { OFFERED, offeredIn } from '../support/offered.ts';
import { FEATURES } from '../support/option-samples.ts';
import { scratch, treeOf } from '../support/scratch.ts';
import { KEYS, hasTerminal, terminal } from '../support/terminal.ts';

/** All that leaves few questions. */
const SHORT = [
  '--preset=minimal',
  '--package-manager=npm',
  '--no-install',
  '--no-git',
  '--adapter=none',
];

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

describe.runIf(hasTerminal)('at a terminal', () => {
  it('asks for what is missing, and Enter takes the defaults', async () => {
    const { type, ended } = terminal([], { cwd });
    await type(/Ctrl-C ends it, and nothing is written.*Directory of the new project/s, KEYS.enter);
    await type(/Preset/, KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    await type(/Install/, `n${KEYS.enter}`);
    await type(/git repository/, `n${KEYS.enter}`);
    await type(/One node/, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Make this project/, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/Next\s+1\. cd my-chat\s+2\. npm install\s+3\. npm run dev/);
    expect(screen).toMatch(/npx create-chat-backend@\S+ my-chat --no-install --no-git --yes/);
    expect(screen).not.toContain('Start it now?');
    expect(readdirSync(cwd)).toEqual(['my-chat']);
  });

  it('asks its first question before it loads what reads a command line and what makes a project', async () => {
    const installed = installation();
    for (const late of ['program.cjs', 'library.cjs', 'create.cjs'])
      rmSync(join(installed, 'dist', late));
    const program = join(installed, 'bin/create-chat-backend.js');
    const { type, ended } = terminal([], { cwd, program });
    await type(/Directory of/, KEYS.interrupt);
    expect((await ended).code).toBe(130);
  });

  it('asks again where an answer cannot be', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const { type, ended } = terminal(SHORT, { cwd });
    await type(/Directory/, `taken${KEYS.enter}`);
    await type(/taken is a file/, `${KEYS.erase.repeat(5)}My Chat${KEYS.enter}`);
    await type(/Package name.*my-chat/s, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Package +my-chat/, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(cwd, 'My Chat/package.json'), 'utf8')).toContain('"my-chat"');
  });

  it('lists what is in the way, and offers what may happen to it', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
    const { type, ended } = terminal(
      ['my-app', '--preset', 'minimal', '--no-install', '--no-git'],
      {
        cwd,
      },
    );
    await type(
      /is not empty: what happens to its files.*my-app has: package\.json.*Stop/s,
      KEYS.down + KEYS.enter,
    );
    await type(/Package manager/, KEYS.enter);
    await type(/One node/, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/keep the files that are there/, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(cwd, 'my-app/package.json'), 'utf8')).toBe('mine');
    expect(readdirSync(join(cwd, 'my-app'))).toContain('src');
  });

  it('names the commands that change a project, where one is in the way', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/.chat-backend.json'), '{}');
    const { type, ended } = terminal(['my-app', ...SHORT], { cwd });
    await type(
      /what happens to its files.*is a chat backend already.*add, remove, set, update or status/s,
      KEYS.interrupt,
    );
    expect((await ended).code).toBe(130);
    expect(readdirSync(join(cwd, 'my-app'))).toEqual(['.chat-backend.json']);
  });

  it('goes back to the directory where the files in the way are to stay', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
    const { type, ended } = terminal(['my-app', ...SHORT], { cwd });
    await type(/is not empty: what happens to its files/, KEYS.enter);
    await type(/Directory of the new project.*my-app/s, `other${KEYS.enter}`);
    await type(/More settings/, KEYS.enter);
    await type(/Make this project\?.*Directory\s+\S+other/s, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readdirSync(join(cwd, 'my-app'))).toEqual(['package.json']);
    expect(readdirSync(cwd).toSorted()).toEqual(['my-app', 'other']);
  });

  it('has questions for the settings that few people change, which become flags', async () => {
    const uri = 'mongodb://ada:hunter2@localhost/chat';
    const { type, ended } = terminal(['my-app', ...SHORT], { cwd });
    await type(/More settings\?.*port, description, author, database uri/s, `y${KEYS.enter}`);
    await type(/Port/, `70000${KEYS.enter}`);
    await type(/is not an integer from 1 to 65535/, `${KEYS.erase.repeat(5)}4000${KEYS.enter}`);
    await type(/Description/, `Chat of our shop${KEYS.enter}`);
    await type(/Author/, KEYS.enter);
    await type(/MongoDB connection string/, uri + KEYS.enter);
    await type(/Package name/, `shop${KEYS.enter}`);
    await type(
      /Settings\s+port 4000, description Chat of our shop, database uri in .env only/,
      KEYS.enter,
    );
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).not.toContain('hunter2');
    expect(screen).toContain(
      'my-app --preset minimal --package-name shop --description "Chat of our shop" --port 4000 ',
    );
    expect(readFileSync(join(cwd, 'my-app/.env'), 'utf8')).toContain(uri);
  });

  it('goes back one question, with the answer it had, and asks on from there', async () => {
    const { type, ended } = terminal(['--no-install', '--no-git', '--adapter', 'none'], { cwd });
    await type(/Directory/, `first${KEYS.enter}`);
    await type(/Preset/, `full${KEYS.enter}`);
    await type(/Package manager/, KEYS.left);
    await type(/Preset.*❯ full/s, KEYS.escape);
    await type(/Directory.*first/s, `second${KEYS.enter}`);
    await type(/Preset/, `m${KEYS.enter}`);
    await type(/Package manager/, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Make this project/, KEYS.down + KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Directory\s+\S+second.*Features\s+none \(the core alone\)/s, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(
      /create-chat-backend@\S+ second --preset minimal --no-install --no-git --yes/,
    );
    expect(readdirSync(cwd)).toEqual(['second']);
  });

  it('starts the project that is finished, if that is wanted', async () => {
    const env = fakeProgram('npm', `[ "$1" = run ] && exec echo "ran $* in $PWD"\n${INSTALLS}`);
    const args = ['my-app', '--preset', 'minimal', '--adapter', 'none', '--no-git', '--install'];
    const answered = async (answer: string): Promise<{ code: number | null; screen: string }> => {
      const place = scratch();
      const { type, ended } = terminal([...args, '--package-manager', 'npm'], { cwd: place, env });
      await type(/More settings/, KEYS.enter);
      await type(/Make this project/, KEYS.enter);
      await type(/Start it now\?.*npm run dev, until Ctrl-C/s, answer);
      return ended;
    };
    const started = await answered(KEYS.enter);
    expect(started.screen).toMatch(/ran run dev in \S+my-app/);
    expect(started.code).toBe(0);
    const left = await answered(`n${KEYS.enter}`);
    expect(left.screen).not.toContain('ran run dev');
    expect(left.code).toBe(0);
    const cancelled = await answered(KEYS.interrupt);
    expect(cancelled.screen).toMatch(/error: cancelled\s+The project is complete: \S+my-app/);
    expect(cancelled.code).toBe(130);
  });

  it('lets features be chosen one by one, by what they are for', async () => {
    const brought = additionWords(FEATURES.find(({ name }) => name === 'presence')!);
    const { type, ended } = terminal(['my-app', '--no-install', '--no-git'], { cwd });
    const [standard, full] = ['standard', 'full'].map((name) => offeredIn(name));
    const counts = `standard +${standard!.length} features.*full +${full!.length} features`;
    await type(new RegExp(`minimal +0 features.*${counts}.*choose`, 's'), `c${KEYS.enter}`);
    await type(/Conversations.*❯/s, KEYS.down.repeat(OFFERED.indexOf('presence')));
    await type(
      new RegExp(`Conversations.*❯ ◼ presence.*${brought}.*Operating.*metrics`, 's'),
      KEYS.space + KEYS.enter,
    );
    await type(/Package manager/, KEYS.enter);
    await type(/One node.*Several, over Redis.*REDIS_URL/s, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Make this project/, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    const left = standard!.filter((name) => name !== 'presence').toSorted();
    expect(screen).toContain(` my-app --features "${left.join()}" `);
  });

  // Every question there is, with what leads to it: a text to wait for, and the keys to answer with.
  const asked: readonly (readonly [RegExp, string])[] = [
    [/Directory of/, `My Chat${KEYS.enter}`],
    [/what happens to its files/, KEYS.down + KEYS.enter],
    [/Package name/, KEYS.enter],
    [/Preset/, `c${KEYS.enter}`],
    [/Features/, KEYS.enter],
    [/Package manager/, KEYS.enter],
    [/Install/, KEYS.enter],
    [/git repository/, KEYS.enter],
    [/One node/, KEYS.enter],
    [/More settings/, `y${KEYS.enter}`],
    [/Port/, KEYS.enter],
    [/Description/, KEYS.enter],
    [/Author/, KEYS.enter],
    [/MongoDB/, KEYS.enter],
    [/checks and tests/, KEYS.enter],
    [/Make this project/, KEYS.enter],
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

  it('shows every question and what follows in colours that are read on white and on black', async () => {
    mkdirSync(join(cwd, 'My Chat'));
    writeFileSync(join(cwd, 'My Chat/package.json'), '{}');
    const env = fakeProgram('npm', INSTALLS);
    const { type, raw, ended } = terminal([], { cwd, env });
    for (const [text, keys] of asked.slice(0, 2)) await type(text, keys);
    await type(/Package name/, `My${KEYS.enter}`);
    await type(/upper-case letter/, `${KEYS.erase.repeat(2)}my-chat${KEYS.enter}`);
    for (const [text, keys] of asked.slice(3)) await type(text, keys);
    await type(/Start it now/, `n${KEYS.enter}`);
    expect((await ended).code).toBe(0);
    expect(raw()).toContain('\u001B[1m');
    expect(unreadable(raw())).toEqual([]);
  });

  it.each([
    [['my-app', '--yes', '--dry-run'], 'exit 0'],
    [['my-app', '--yes', '--no-git', '--package-manager', 'npm'], 'echo no such package\nexit 1'],
    [['my-app', '--bogus', '--debug'], 'exit 0'],
  ])(
    'shows the outcome of %j in colours that are read on white and on black',
    async (args, npm) => {
      const { raw, ended } = terminal(args, { cwd, env: fakeProgram('npm', npm) });
      await ended;
      expect(raw()).toContain('\u001B[');
      expect(unreadable(raw())).toEqual([]);
    },
  );

  it('A70 knows every question', () => {
    const messages = allQuestions({}, FEATURES, toRunContext({})).map(({ message }) => message);
    // The name of the package is asked once: early where the directory's cannot be one, else late.
    const names = [...new Set(messages)];
    expect(names).toHaveLength(asked.length);
    for (const [index, message] of names.entries()) expect(message).toMatch(asked[index]![0]);
  });

  it('asks only for what neither a flag nor a config file says', async () => {
    const preset = { preset: 'minimal', adapter: 'none', install: false };
    writeFileSync(join(cwd, 'a.json'), JSON.stringify(preset));
    const { type, ended } = terminal(['my-app', '--config', 'a.json', '--no-git'], { cwd });
    await type(/Package manager/, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Make this project/, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).not.toMatch(/Directory of|Preset|One node or|Install|repository/);
  });

  it('offers only package managers that are there, where one has to install', async () => {
    const env = onlyPrograms(process.execPath, '/bin/stty');
    writeFileSync(join(env.PATH, 'pnpm'), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
    const args = ['my-app', '--preset', 'minimal', '--adapter', 'none', '--no-git', '--install'];
    const { type, ended } = terminal(args, { cwd, env });
    await type(/npm \(not found\)[^]*❯ pnpm/, KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Make this project/, KEYS.enter);
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
    await type(/Preset/, KEYS.interrupt);
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
    expect(refused.screen).toContain('create-chat-backend status says what it has.');
  });
});
