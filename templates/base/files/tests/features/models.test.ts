import { createConnection } from 'mongoose';
import { expect, it } from 'vitest';
import { createModels } from '../../src/models/index.ts';

it('what can be sharded by conversation has no unique index that does not start with it', () => {
  // MongoDB manual, "Unique Indexes on Sharded Collections"; docs/operations.md names the collections.
  const { messages, memberships, changes } = createModels(createConnection());
  for (const { schema } of [messages, memberships, changes]) {
    const unique = schema.indexes().filter(([, options]) => options.unique === true);
    expect(unique.length).toBeGreaterThan(0);
    expect(unique.map(([fields]) => Object.keys(fields)[0])).toEqual(
      unique.map(() => 'conversation'),
    );
  }
});
