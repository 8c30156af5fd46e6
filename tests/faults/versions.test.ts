import { randomUUID } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { setUp, startBackend } from '../support/faults/backend.ts';
import { mutantOf } from '../support/faults/mutant.ts';
import type { BackendNode } from '../support/faults/node.ts';
import { isFull } from '../support/faults/profile.ts';
import { note } from '../support/faults/report.ts';
import { expectWhole, startStage } from '../support/faults/stage.ts';
import { call, createGroup, register } from '../support/faults/users.ts';
import { generate } from '../support/project.ts';

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

/** The same version without optional features, built with the packages of a project. */
async function withoutFeatures(project: string): Promise<string> {
  const flags = ['--preset', 'minimal', '--adapter', 'redis', '--no-install', '--no-git'];
  const minimal = await generate(flags);
  symlinkSync(join(project, 'node_modules'), join(minimal.directory, 'node_modules'));
  await minimal.run('build');
  return minimal.directory;
}

const fieldsOfFeatures = ['reactions', 'pinned', 'replyTo', 'rootSeq', 'mentions', 'silent'];

it('F37 features come to one node after the other, and go: a node without them keeps what it does not know', async () => {
  const withFeatures = inject('faultsProject');
  const without = await withoutFeatures(withFeatures);
  const { mongods, nodes, variables } = await startBackend({
    nodes: [{ project: without }, { project: without }],
  });
  const [one, two] = nodes as [BackendNode, BackendNode];
  const users = await Promise.all(['anna', 'bert'].map((name) => register(one.url, name)));
  const [anna, bert] = users as [(typeof users)[0], (typeof users)[0]];
  const room = await createGroup(one.url, users);
  const path = `/conversations/${room}/messages`;
  const send = async (content: string, sent = {}): Promise<string> => {
    const draft = { id: randomUUID(), content, ...sent };
    await call(one.url, 'POST', path, draft, anna);
    return draft.id;
  };
  const root = await send('before');
  const restart = async (node: BackendNode, version: string): Promise<void> => {
    await node.signal('SIGTERM');
    await node.start(version);
  };
  const rowOf = async (id: string) => {
    const rows = await mongods.connect().db().collection('messages').find({}).toArray();
    return rows.find((row) => String(row['_id']) === id) ?? {};
  };
  const fieldsOf = async (id: string): Promise<string> =>
    JSON.stringify(
      Object.entries(await rowOf(id)).filter(([name]) => fieldsOfFeatures.includes(name)),
    );

  await setUp(withFeatures, variables);
  await restart(one, withFeatures);
  const reply = await send('a reply', {
    replyTo: root,
    threadOf: root,
    mentions: [bert.id],
    silent: true,
  });
  for (const [user, key] of [
    [anna, '👍'],
    [bert, '👍'],
    [bert, '🎉'],
  ] as const)
    await call(
      one.url,
      'PUT',
      `${path}/${reply}/reactions/${encodeURIComponent(key)}`,
      undefined,
      user,
    );
  await call(one.url, 'PUT', `${path}/${reply}/pin`, undefined, anna);
  const before = await fieldsOf(reply);
  for (const name of fieldsOfFeatures) expect(before).toContain(`"${name}"`);

  const seen = await call<{ message: object }>(one.url, 'GET', `${path}/${reply}`, undefined, bert);
  for (const version of ['beside one with them', 'after all others'] as const) {
    if (version === 'after all others') for (const node of nodes) await restart(node, without);
    await call(two.url, 'PATCH', `${path}/${reply}`, { content: version }, anna);
    expect(await rowOf(reply)).toMatchObject({ content: version });
    expect(await fieldsOf(reply)).toBe(before);
  }
  await restart(two, withFeatures);
  const again = await call<typeof seen>(two.url, 'GET', `${path}/${reply}`, undefined, bert);
  const changed = { content: 'after all others', rev: 6, editedAt: expect.any(String) };
  expect(again.message).toEqual({ ...seen.message, ...changed });
  note(inject('faultsReport'), { fault: 'F37 features come and go', rounds: 4, note: '' });
});
