import type { Done, SeenMessage } from '../../suites/load/done.ts';
import type { Client } from './driver.ts';

/** What is stored of the changes of one conversation. */
export interface Changed {
  readonly messages: readonly {
    readonly id: string;
    readonly rev: number;
    readonly content: string;
    readonly sums: readonly { readonly key: string; readonly count: number }[];
  }[];
  readonly reactions: readonly {
    readonly user: string;
    readonly message: string;
    readonly keys: readonly string[];
  }[];
  readonly changes: readonly { readonly rev: number; readonly message: string }[];
}

/** Everything of a database that has one conversation. */
export async function readChanged(client: Client): Promise<Changed> {
  const all = (name: string) => client.db().collection(name).find({}).toArray();
  const [messages, reactions, changes] = await Promise.all(
    ['messages', 'reactions', 'changes'].map(all),
  );
  return {
    messages: (messages ?? [])
      .toSorted((a, b) => Number(a['seq']) - Number(b['seq']))
      .map((row) => ({
        id: String(row['_id']),
        rev: Number(row['rev'] ?? 0),
        content: String(row['content']),
        sums: (row['reactions'] ?? []) as Changed['messages'][number]['sums'],
      })),
    reactions: (reactions ?? []).map((row) => ({
      user: String(row['user']),
      message: String(row['message']),
      keys: row['keys'] as string[],
    })),
    changes: (changes ?? []).map((row) => ({
      rev: Number(row['rev']),
      message: String(row['message']),
    })),
  };
}

/** What is wrong with it, and with what was acknowledged to users. */
export function wrongIn(changed: Changed, done: readonly Done[]): string[] {
  return [...wrongRevs(changed), ...wrongSums(changed), ...done.flatMap(missingFrom(changed))];
}

/** Revs count 1, 2, 3 … without a hole, and each message has its last one. */
function wrongRevs({ messages, changes }: Changed): string[] {
  const revs = changes.map(({ rev }) => rev).toSorted((a, b) => a - b);
  const at = revs.findIndex((rev, index) => rev !== index + 1);
  const holes = at < 0 ? [] : [`the ${at + 1}th change has rev ${revs[at]}`];
  const last = new Map<string, number>();
  for (const { rev, message } of changes) last.set(message, Math.max(rev, last.get(message) ?? 0));
  const behind = messages
    .filter(({ id, rev }) => rev !== (last.get(id) ?? 0))
    .map(({ id, rev }) => `${id} has rev ${rev}, not ${last.get(id)}`);
  return [...holes, ...behind];
}

function wrongSums({ messages, reactions }: Changed): string[] {
  return messages.flatMap(({ id, sums }) => {
    const keys = reactions.filter(({ message }) => message === id).flatMap((row) => row.keys);
    const counted = (key: string): number => keys.filter((one) => one === key).length;
    const shown = new Map(sums.map(({ key, count }) => [key, count]));
    return [...new Set([...keys, ...shown.keys()])]
      .filter((key) => shown.get(key) !== counted(key))
      .map((key) => `${id} has ${shown.get(key)} ${key}, of ${counted(key)}`);
  });
}

const missingFrom =
  ({ messages, reactions }: Changed) =>
  ({ userId, chosen, said }: Done): string[] => {
    const stored = reactions
      .filter(({ user }) => user === userId)
      .map(({ message, keys }) => `${message} ${keys.toSorted().join()}`);
    const wanted = Object.entries(chosen).map(([id, keys]) => `${id} ${keys.join()}`);
    const content = messages.find(({ id }) => id === said.id)?.content;
    return [
      ...wanted.filter((one) => !stored.includes(one)).map((one) => `${userId} lost ${one}`),
      ...stored.filter((one) => !wanted.includes(one)).map((one) => `${userId} never chose ${one}`),
      ...(content === said.content ? [] : [`${said.id} says ${content}, not ${said.content}`]),
    ];
  };

/** The conversation as a user has to see it. */
export function toViewOf({ messages, reactions }: Changed, userId: string): SeenMessage[] {
  const keysOf = (id: string): readonly string[] =>
    reactions.find(({ user, message }) => user === userId && message === id)?.keys ?? [];
  return messages.map(({ id, rev, content, sums }) => ({
    id,
    rev,
    content,
    reactions: sums
      .map(({ key, count }) => `${key} ${count}`)
      .toSorted()
      .join(),
    mine: keysOf(id).toSorted(),
  }));
}
