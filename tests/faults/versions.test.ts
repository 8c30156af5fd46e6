import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { setUp } from '../support/faults/backend.ts';
import { mutantOf } from '../support/faults/mutant.ts';
import { isFull } from '../support/faults/profile.ts';
import { expectWhole, startStage } from '../support/faults/stage.ts';

/** The version after this one: messages get a field that may be absent, and the stored ones too. */
function nextVersion(project: string): string {
  const messages = 'src/backend/messages';
  return mutantOf(
    project,
    {
      file: 'src/models/message.js',
      from: 'seq: { type: Number',
      to: 'language: { type: String, default: null }, seq: { type: Number',
    },
    {
      file: 'src/models/migrations/index.js',
      from: 'migrations = [nameKeys, messageIds]',
      to: `migrations = [nameKeys, messageIds, {
        name: '0003-language-of-messages',
        up: (db) => db.collection('messages').updateMany({ language: { $exists: false } }, { $set: { language: null } }),
      }]`,
    },
    {
      file: `${messages}/views.js`,
      from: 'seq: message.seq,',
      to: "seq: message.seq, language: 'en',",
    },
    {
      file: `${messages}/views.js`,
      from: 'rev: row.rev ?? 0,',
      to: 'rev: row.rev ?? 0, language: row.language ?? null,',
    },
  );
}

it('F28 an upgrade node by node under load, and back: both versions on one database', async () => {
  const project = inject('faultsProject');
  const stage = await startStage({ nodes: [{}, {}] });
  const next = nextVersion(project);
  const pauseMs = isFull ? 15_000 : 2_000;
  await stage.goesOn();
  await setUp(next, stage.variables);
  await stage.goesOn(); // the old version, on a database of the new one
  for (const version of [next, project])
    for (const node of stage.nodes) {
      await node.signal('SIGTERM');
      await node.start(version);
      await stage.goesOn();
      await sleep(pauseMs);
    }
  const rows = await stage.mongods.connect().db().collection('messages').find({}).toArray();
  const languages = new Set(rows.map((row) => row['language']));
  expect(languages).toContain('en');
  expect(languages).toContain(undefined);
  expectWhole(await stage.end({ fault: 'F28 upgrade and back', rounds: 4 }));
});
