import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { UploadView } from '../../src/contract/attachments.ts';
import { startApp, testVariables, until, type TestUser } from './app.ts';
import { holdCommand, type Held } from './held-commands.ts';
import { startPut, startUploadProcess, withLimits, type UploadProcess } from './upload-process.ts';
import {
  attach,
  begin,
  complete,
  filesIn,
  note,
  putTo,
  saidOf,
  sentFile,
  uploaded,
  type Put,
} from './uploads.ts';

/** What answers a request; undefined when whoever was to answer is gone. */
type Answered = Promise<{ readonly status: number } | undefined>;

/** Where something is killed: a backend as a process of its own, and one user of it. */
export interface Ground {
  readonly variables: Record<string, string>;
  readonly conversationId: string;
  /** Who asks the backend that is killed. */
  readonly user: TestUser;
  readonly backend: UploadProcess;
}

const appName = 'killed';
const never = 2 ** 30;

/** Nothing sweeps unless a step wants it. */
const calm = { sweepMs: never };
/** What was deleted goes at once, bytes and rows. */
const eager = { sweepMs: 100, pendingMs: 1 };

/** Prepares a database, and starts what is to be killed. */
export async function startGround(
  uri: string,
  store: Record<string, string>,
  step: Step,
): Promise<Ground> {
  const variables = testVariables({ MONGODB_URI: uri, ...store });
  const before = await startApp(variables);
  const { conversationId, owner: user } = await before.group(1);
  if (step.isDeleted === true) {
    const message = await sentFile(before, user, conversationId, file);
    await user.delete(`/conversations/${conversationId}/messages/${message.id}`);
  }
  await before.app.stop();
  const held = step.isDeleted === true && (await holdFor(uri, step.held));
  const limits = withLimits(step.isDeleted === true ? eager : calm);
  const named = { ...variables, MONGODB_URI: `${uri}&appName=${appName}` };
  const backend = await startUploadProcess(named, limits);
  if (held !== false) await held();
  return { variables, conversationId, user, backend };
}

const holdFor = async (uri: string, held: Held | undefined) =>
  held === undefined ? async () => {} : holdCommand(uri, appName, held);

const file = note('x'.repeat(300_000));
const other = note('y'.repeat(1_000));

/** How far an upload is when something is killed. */
export interface Step {
  readonly name: string;
  /** How many files messages hold in the end: its client stays away, or had an answer before, or comes back. */
  readonly files: readonly [away: number, answered: number, back: number];
  /** The command that the database holds meanwhile; without one nothing is under way. */
  readonly held?: Held;
  /** It is about a file that was sent and deleted before, and about the sweep. */
  readonly isDeleted?: boolean;
  /** Goes so far. */
  readonly reach?: (ground: Ground) => Promise<Reached>;
}

/** What was reached. */
interface Reached {
  /** What has no answer yet. */
  readonly asked?: () => Answered;
  /** What a client does that comes back, until it succeeds; a message holds the file then. */
  readonly again?: (at: Back) => Promise<unknown>;
}

/** Where a client comes back to. */
export interface Back {
  readonly url: string;
  readonly user: TestUser;
}

/** Goes to a step; `killed` is asked for then, and resolves to the answer of what was under way. */
export async function reach(ground: Ground, step: Step) {
  const { again = async () => {}, asked } = (await step.reach?.(ground)) ?? {};
  if (step.isDeleted === true || asked === undefined)
    return { again, answer: Promise.resolve(undefined) as Answered };
  const reached = await holdFor(ground.variables['MONGODB_URI']!, step.held);
  const answer = asked().catch(() => undefined);
  await reached();
  return { again, answer };
}

const send = (ids: readonly string[], { conversationId }: Ground) => {
  const id = randomUUID();
  return async (user: Pick<TestUser, 'post'>) => attach(user, conversationId, ids, { id });
};

function ok(answer: { readonly status: number; readonly body?: unknown }, ...others: number[]) {
  if (answer.status >= 300 && !others.includes(answer.status))
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
}

/** Completes and sends, once there are bytes. */
const finish = (ground: Ground, upload: UploadView) => {
  const sent = send([upload.id], ground);
  return async ({ user }: Back): Promise<void> => {
    ok(await complete(user, upload));
    ok(await sent(user));
  };
};

/** Puts the bytes first, unless they came before. */
const putAndFinish = (ground: Ground, { upload, put }: Awaited<ReturnType<typeof begin>>) => {
  const end = finish(ground, upload);
  return async (at: Back): Promise<void> => {
    ok(await putTo(at, put, file.body), 409);
    await end(at);
  };
};

const whole = async ({ backend, user }: Ground) => {
  const begun = await begin(backend.as(user), file);
  await putTo(backend, begun.put, file.body);
  return begun.upload;
};

/** Puts a half of the bytes, and waits until they are there. */
async function putHalf({ backend, variables }: Ground, put: Put): Promise<void> {
  const half = file.body.length / 2;
  const putting = startPut(backend, put, file.body.length).on('error', () => {});
  putting.write(file.body.subarray(0, half));
  const folder = variables['ATTACHMENT_DIR']!;
  await until(async () => {
    const paths = (await filesIn(folder)).filter((path) => path.includes('incoming'));
    return paths[0] !== undefined && (await stat(paths[0])).size === half;
  });
}

/** From the first row to the last one. */
export const steps: readonly Step[] = [
  {
    name: 'begun, and not committed',
    files: [0, 0, 1],
    held: { command: 'commitTransaction' },
    reach: async ({ backend, conversationId, user }) => ({
      asked: () => backend.as(user).post('/uploads', saidOf(file)),
      again: async (at) => {
        const { id } = await uploaded(at, at.user, file);
        ok(await attach(at.user, conversationId, [id]));
      },
    }),
  },
  {
    name: 'a row without bytes',
    files: [0, 0, 1],
    reach: async (ground) => {
      const begun = await begin(ground.backend.as(ground.user), file);
      return { again: putAndFinish(ground, begun) };
    },
  },
  {
    name: 'a half of the bytes',
    files: [0, 0, 1],
    reach: async (ground) => {
      const begun = await begin(ground.backend.as(ground.user), file);
      await putHalf(ground, begun.put);
      return { again: putAndFinish(ground, begun) };
    },
  },
  {
    name: 'all bytes, and not ready',
    files: [0, 0, 1],
    held: { command: 'update', collection: 'uploads' },
    reach: async (ground) => {
      const upload = await whole(ground);
      return {
        asked: () => complete(ground.backend.as(ground.user), upload),
        again: finish(ground, upload),
      };
    },
  },
  {
    name: 'ready, and in no message',
    files: [0, 0, 1],
    reach: async (ground) => {
      const upload = await uploaded(ground.backend, ground.backend.as(ground.user), file);
      return { again: finish(ground, upload) };
    },
  },
  {
    name: 'claimed for a message that is not stored',
    files: [0, 1, 1],
    held: { command: 'insert', collection: 'messages' },
    reach: async (ground) => {
      const { id } = await uploaded(ground.backend, ground.backend.as(ground.user), file);
      const sent = send([id], ground);
      return {
        asked: () => sent(ground.backend.as(ground.user)),
        again: async ({ user }) => ok(await sent(user)),
      };
    },
  },
  {
    name: 'two claimed, and not committed',
    files: [0, 2, 2],
    held: { command: 'commitTransaction' },
    reach: async (ground) => {
      const by = ground.backend.as(ground.user);
      const one = await uploaded(ground.backend, by, file);
      const two = await uploaded(ground.backend, by, other);
      const sent = send([one.id, two.id], ground);
      return { asked: () => sent(by), again: async ({ user }) => ok(await sent(user)) };
    },
  },
  {
    name: 'in a message that is deleted, and not committed',
    files: [1, 0, 0],
    held: { command: 'commitTransaction' },
    reach: async (ground) => {
      const by = ground.backend.as(ground.user);
      const { id } = await uploaded(ground.backend, by, file);
      const { body } = await send([id], ground)(by);
      const path = `/conversations/${ground.conversationId}/messages/${body.message.id}`;
      return {
        asked: () => by.delete(path),
        again: async ({ user }) => ok(await user.delete(path), 409),
      };
    },
  },
  { name: 'deleted, with bytes and its row', files: [0, 0, 0], isDeleted: true },
  {
    name: 'deleted, without bytes and with its row',
    files: [0, 0, 0],
    isDeleted: true,
    held: { command: 'delete', collection: 'uploads' },
  },
];
