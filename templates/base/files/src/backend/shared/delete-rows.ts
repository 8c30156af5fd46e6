import { dataPolicies } from '../../models/data-policies.ts';
import type { OpenModels } from '../../models/index.ts';

interface Rows {
  deleteMany(filter: Readonly<Record<string, string>>): PromiseLike<unknown>;
}

/** Deletes the rows that go whole with a user or a conversation, of all collections; for jobs. */
export async function deleteRows(
  models: OpenModels,
  event: 'accountErased' | 'conversationErased',
  id: string,
): Promise<void> {
  const collections = models as Readonly<Record<string, Rows>>;
  for (const [name, policy] of Object.entries(dataPolicies)) {
    const ending = policy[event];
    if (typeof ending === 'string' || !('deleted' in ending)) continue;
    for (const field of ending.deleted) await collections[name]?.deleteMany({ [field]: id });
  }
}
