import { expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { startApp } from '../support/app.ts';
import { stage } from '../support/places.ts';
import { askFor, nameOf, readUses, type Place, type Use } from '../support/uses.ts';

const uses = (await readUses()).filter(({ answers }) => 'group' in answers);

const named = ({ ownMessageId, otherMessageId }: Place, use: Use, place: Place): boolean => {
  const text = JSON.stringify(use.input(place));
  return text.includes(ownMessageId) || text.includes(otherMessageId);
};

/** An answer without what differs between any two. */
const withoutIds = (text: string): string =>
  text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id');

it('C84 a message of another conversation is as unreal as one that is not there, wherever it is named', async () => {
  const app = await startApp();
  const cells = uses.flatMap((use) =>
    (['owner', 'stranger'] as const).map((by) => ({ kind: 'group', by, use }) as const),
  );
  const stages = await stage(app, cells);
  const owner = stages[0]!.user;
  const by = { token: owner.token, socket: await owner.connect() };
  const rows = () => app.app.connection.collection('messages').find().sort({ _id: 1 }).toArray();
  const before = JSON.stringify(await rows());
  const answers: Record<string, unknown> = {};
  for (const [index, { place }] of stages.entries()) {
    const { use } = cells[index]!;
    if (stages[index]!.by !== 'owner' || !named(place, use, place)) continue;
    const unreal = { ownMessageId: randomUUID(), otherMessageId: randomUUID() };
    const { place: notTheirs } = stages[index + 1]!; // that of a stranger
    const { place: theirs } = stages[(index + 2) % stages.length]!;
    const seen = new Set<string>();
    for (const { ownMessageId, otherMessageId } of [unreal, notTheirs, theirs]) {
      const input = use.input({ ...place, ownMessageId, otherMessageId });
      const { status, text } = await askFor(app, use, input, by);
      seen.add(`${status} ${withoutIds(text)}`);
    }
    answers[nameOf(use)] = [...seen].map((one) => one.slice(0, 3));
  }
  expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((name) => [name, ['404']])));
  expect(Object.keys(answers)).toEqual(
    expect.arrayContaining(['getMessage', "message:delete, another's"]),
  );
  expect(JSON.stringify(await rows())).toBe(before);
});
