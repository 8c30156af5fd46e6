import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratch } from '../support/scratch.ts';
import { KEYS, hasTerminal, terminal } from '../support/terminal.ts';

let cwd: string;
beforeEach(() => {
  cwd = scratch();
});

describe.runIf(hasTerminal)('at a terminal', () => {
  it('asks for what is missing, and Enter takes the defaults', async () => {
    const { type, ended } = terminal([], { cwd });
    await type(/Directory of the new project/, `my-app${KEYS.enter}`);
    await type(/How much/, KEYS.enter);
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
    await type(/Package manager/, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(cwd, 'My Chat/package.json'), 'utf8')).toContain('"my-chat"');
  });

  it('offers what may happen to files that are in the way', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
    const { type, ended } = terminal(['my-app', '--no-install', '--no-git'], { cwd });
    await type(/has files in the way/, KEYS.down + KEYS.enter);
    await type(/How much/, KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(cwd, 'my-app/package.json'), 'utf8')).toBe('mine');
    expect(readdirSync(join(cwd, 'my-app'))).toContain('src');
  });

  it('stops at once where the files in the way are to stay', async () => {
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/package.json'), 'mine');
    const { type, ended } = terminal(['my-app'], { cwd });
    await type(/has files in the way/, KEYS.enter);
    expect((await ended).code).toBe(3);
    expect(readdirSync(join(cwd, 'my-app'))).toEqual(['package.json']);
  });

  it('lets features be chosen one by one', async () => {
    const { type, ended } = terminal(['my-app', '--no-install', '--no-git'], { cwd });
    await type(/How much/, KEYS.down + KEYS.down + KEYS.enter);
    await type(/Features/, KEYS.space + KEYS.enter);
    await type(/Package manager/, KEYS.enter);
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/create-chat-backend@\S+ my-app --features [a-z]+ /);
  });

  it('A70 Ctrl-C at a question writes nothing and ends with 130', async () => {
    const { type, ended } = terminal(['my-app'], { cwd });
    await type(/How much/, KEYS.interrupt);
    const { code, screen } = await ended;
    expect(screen).toMatch(/cancelled\s+Nothing was written/);
    expect(code).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
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
    await type(/How much/, KEYS.interrupt);
    expect((await ended).code).toBe(130);
  });

  it.each([{ TERM: 'dumb' }, { NO_COLOR: '1' }])('A68 shows plain text with %j', async (env) => {
    const { ended, raw } = terminal(['my-app', '--yes', '--no-install', '--no-git'], { cwd, env });
    expect((await ended).code).toBe(0);
    // eslint-disable-next-line no-control-regex -- colours are what we look for
    expect(raw()).not.toMatch(/\u001B\[[0-9;]+m/);
    expect(raw()).toContain(`is in ${join(cwd, 'my-app')}`);
  });
});
