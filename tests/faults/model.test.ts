import { expect, inject, it } from 'vitest';
import { startChild } from '../support/faults/load.ts';
import { isFull } from '../support/faults/profile.ts';
import { note } from '../support/faults/report.ts';
import { startBackend } from '../support/faults/backend.ts';
import { createGroup, register } from '../support/faults/users.ts';

const AT_ONCE = 4;

it('S40 I6 reference clients over a bad network at two nodes: every view becomes the same', async () => {
  const { project, nodes } = await startBackend({ nodes: [{}, {}] });
  const urls = nodes.map(({ url }) => url);
  const [first = ''] = urls;
  const trials = isFull ? 300 : 12;
  const seed = inject('faultsSeed');
  const diverged: string[] = [];
  let next = 0;

  async function work(): Promise<void> {
    const child = startChild(project, 'model');
    for (let trial = next++; trial < trials; trial = next++) {
      const names = ['anna', 'bert', 'carl'].map((name) => `${name}-${trial}`);
      const users = await Promise.all(names.map((name) => register(first, name)));
      const room = await createGroup(first, users);
      const sessions = users.map(({ session }) => session);
      const given = { urls, room, sessions, seed: seed + trial, steps: 150 };
      const found = await child.call<string[]>('trial', given);
      diverged.push(...found.map((what) => `seed ${seed + trial}: ${what}`));
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  note(inject('faultsReport'), {
    fault: 'S40 model of the client',
    rounds: trials,
    note: `${diverged.length} of ${trials * 3} clients diverged`,
  });
  expect(diverged).toEqual([]);
});
