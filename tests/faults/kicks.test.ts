import { expect, inject, it } from 'vitest';
import { startChild } from '../support/faults/load.ts';
import { isFull } from '../support/faults/profile.ts';
import { note } from '../support/faults/report.ts';
import { startBackend } from '../support/faults/backend.ts';
import { createGroup, register } from '../support/faults/users.ts';

it('F25 I8 removals while others write at two nodes: nothing reaches the one removed', async () => {
  const { project, nodes } = await startBackend({ nodes: [{}, {}] });
  const urls = nodes.map(({ url }) => url) as [string, string];
  const names = ['owner', 'writer', 'victim'] as const;
  const users = await Promise.all(names.map((name) => register(urls[0], name)));
  const room = await createGroup(urls[0], users);
  const [owner, writer, victim] = users.map(({ session }) => session);
  const rounds = isFull ? 1_000 : 100;
  const race = { urls, room, owner, writer, victim, rounds, seed: inject('faultsSeed') };
  const child = startChild(project, 'kicks');
  const { leaks, heard } = await child.call<{ leaks: string[]; heard: number }>('race', race);
  expect(leaks).toEqual([]);
  expect(heard).toBeGreaterThan(rounds);
  note(inject('faultsReport'), {
    fault: 'F25 kick race',
    rounds,
    note: `${heard} notices heard as a member, ${leaks.length} after a removal`,
  });
});
