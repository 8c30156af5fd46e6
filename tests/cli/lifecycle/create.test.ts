import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, json } from '../../support/command.ts';
import { ownedProject } from '../../support/owned-project.ts';

const QUICK = ['--yes', '--no-install', '--no-git', '--preset', 'minimal', '--package-name', 'app'];

describe('creating where a project is', () => {
  it('names the commands that change it', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    const outcome = await command(['.', ...QUICK, '--json'], { cwd: project.root });
    expect(outcome.code).toBe(3);
    expect(json(outcome).error).toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    expect(outcome.stderr).toMatch(/is a chat backend already\n.*create-chat-backend add, remove/);
  });

  it('L51 with --force backs up only what differs, and names update', async () => {
    const project = await ownedProject({ preset: 'minimal' });
    project.edit('src/app.ts', (text) => `${text}// Ours.\n`);
    const outcome = await command(['app', ...QUICK, '--force', '--json'], {
      cwd: join(project.root, '..'),
    });
    const { files, warnings } = json(outcome);
    expect(outcome.code).toBe(0);
    const replaced = files.filter(({ action }) => action === 'overwrite');
    expect(replaced.map(({ path }) => path)).toEqual(['src/app.ts']);
    expect(project.read(replaced[0]!.backup!)).toMatch(/\/\/ Ours\.\n$/);
    expect(warnings.join()).toMatch(/create-chat-backend update keeps what you have edited/);
  });
});
