import { expect, inject, it } from 'vitest';
import { isFull } from '../support/faults/profile.ts';
import { note } from '../support/faults/report.ts';
import { projectIn } from '../support/project.ts';

// The steps stand in a test of the project's own, which takes a few of them by itself.
it('F33 nodes, databases and buckets killed at every step of an upload: nothing is lost, and nothing is left', async () => {
  const rounds = isFull ? 3 : 0; // 0: what it takes by itself
  const project = projectIn(inject('faultsProject'));
  const output = await project.tests(['tests/features/uploads-killed.test.ts'], {
    UPLOAD_KILLS: String(rounds),
  });
  expect(output).toMatch(/Tests {2}\d+ passed/);
  note(inject('faultsReport'), {
    fault: 'F33 killed at every step of an upload',
    rounds,
    note: 'each step of nodes and databases, with a client that comes back and one that stays away',
  });
});
