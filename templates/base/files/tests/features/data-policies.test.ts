import { expect, it } from 'vitest';
import { deleteRows } from '../../src/backend/shared/delete-rows.ts';
import { dataPolicies } from '../../src/models/data-policies.ts';
import { createModels } from '../../src/models/index.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { kept, patchTo, toUpdate, type Remains } from '../../src/platform/database/patch.ts';
import { startApp, until } from '../support/app.ts';

const unvalidated = { bypassDocumentValidation: true };

interface Row {
  readonly kept: number;
  readonly other?: number;
  readonly gone?: number;
}

it('C70 what is left of a row is what its fields say: kept, another value, or nothing', async () => {
  const { app } = await startApp();
  const rows = app.connection.collection<Row>('rows');
  await rows.insertOne({ kept: 1, other: 1, gone: 1 });
  const remains: Remains<Row> = { kept, other: 2, gone: undefined };
  await rows.updateOne({}, toUpdate(patchTo(remains)));
  expect(await rows.findOne({})).toEqual({ _id: expect.anything(), kept: 1, other: 2 });
});

it('C70 every row that goes whole with a user is deleted, by each field that names them, and no other', async () => {
  const { app } = await startApp();
  const models = createModels(app.connection);
  const [user, other] = [newId(), newId()];
  const fields = Object.entries(dataPolicies).flatMap(([name, { accountErased }]) =>
    typeof accountErased === 'object' && 'deleted' in accountErased
      ? accountErased.deleted.map((field) => ({ name: name as keyof typeof models, field }))
      : [],
  );
  expect(fields.length).toBeGreaterThan(2);
  for (const { name, field } of fields)
    for (const id of [user, other])
      await models[name].collection.insertOne({ [field]: id }, unvalidated);

  await deleteRows(models, 'accountErased', user.toHexString());

  for (const { name, field } of fields) {
    const left = await models[name].collection.distinct(field, { [field]: { $in: [user, other] } });
    expect([name, field, left]).toEqual([name, field, [other]]);
  }
});

it('C70 rows that go whole with a conversation go when it is archived', async () => {
  // No collection of the core has any: for this test a block is about a conversation.
  Object.assign(dataPolicies.blocks, { conversationErased: { deleted: ['blocked'] } });
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const blocks = app.app.connection.collection('blocks');
  await blocks.insertOne({
    user: newId(),
    blocked: toObjectId(conversationId),
    timestamp: new Date(),
  });
  await owner.delete(`/conversations/${conversationId}`);
  await until(async () => (await blocks.countDocuments()) === 0);
});
