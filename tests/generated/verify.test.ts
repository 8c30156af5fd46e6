import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { PROGRAM, json } from '../support/command.ts';
import { whatFailed } from '../support/project.ts';
import { scratch } from '../support/scratch.ts';

it('--verify installs with npm, and the check and the tests of the new project pass', async () => {
  const cwd = scratch();
  const args = [PROGRAM, 'my-app', '--preset', 'minimal', '--verify', '--no-git', '--json'];
  const outcome = await execa('node', args, { cwd, reject: false, stdin: 'ignore' });
  const result = json(outcome);
  expect(result.error, whatFailed(outcome.stderr)).toBeNull();
  expect(outcome.exitCode).toBe(0);
  expect(result).toMatchObject({
    ok: true,
    install: { status: 'done', command: 'npm install', code: 0 },
    // The last of the two: it is not run where the check fails.
    verify: { status: 'done', command: 'npm run test', code: 0 },
  });
  // What the check and the tests leave is there, so they did run.
  expect(existsSync(join(cwd, 'my-app/node_modules/.cache/types.tsbuildinfo'))).toBe(true);
  expect(existsSync(join(cwd, 'my-app/node_modules/.vite'))).toBe(true);
});
