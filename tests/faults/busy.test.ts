import { spawn } from 'node:child_process';
import { expect, inject, it, onTestFinished } from 'vitest';
import { isFull } from '../support/faults/profile.ts';
import { copyOf } from '../support/project.ts';

const LOOPS = 8;
const HOUR_MS = 3_600_000;

/** A program that takes whatever processor it gets, and ends by itself if nobody ends it. */
const startLoop = () =>
  spawn(process.execPath, ['-e', `const end = Date.now() + ${HOUR_MS}; while (Date.now() < end);`]);

// An owner's machine compiles, indexes and holds meetings meanwhile.
it.runIf(isFull)(
  'the tests of a project pass beside eight programs that never rest',
  async () => {
    const loops = Array.from({ length: LOOPS }, startLoop);
    onTestFinished(() => loops.forEach((loop) => void loop.kill('SIGKILL')));
    const output = await copyOf(inject('faultsProject')).run('test');
    expect(output).toMatch(/Tests\s+\d+ passed/);
  },
  HOUR_MS,
);
