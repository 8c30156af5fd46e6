import { mongo } from 'mongoose';
import { onTestFinished } from './finish.ts';

/** Lets a mongod of a test's own hold commands, and forget soon what a killed node had begun. */
export const testCommands = ['enableTestCommands=1', 'transactionLifetimeLimitSeconds=5'].flatMap(
  (setting) => ['--setParameter', setting],
);

const name = 'failCommand';
const holdMs = 600_000; // longer than any test
const waitMs = 60_000;

/** What is to be held. */
export interface Held {
  readonly command: string;
  /** Of a command that has one. */
  readonly collection?: string;
}

/** The database holds the next such command of who comes with this `appName`: returns what waits for it. */
export async function holdCommand(
  uri: string,
  appName: string,
  { command, collection }: Held,
): Promise<() => Promise<void>> {
  const client = await new mongo.MongoClient(uri).connect();
  onTestFinished(() => client.close());
  const admin = client.db('admin');
  await endHeld(admin, appName);
  const namespace = collection && `${client.db().databaseName}.${collection}`;
  const data = {
    failCommands: [command],
    appName,
    blockConnection: true,
    blockTimeMS: holdMs,
    ...(namespace !== undefined && { namespace }),
  };
  const { count } = (await admin.command({
    configureFailPoint: name,
    mode: { times: 1 },
    data,
  })) as unknown as { count: number };
  return async () => {
    await admin.command({ waitForFailPoint: name, timesEntered: count + 1, maxTimeMS: waitMs });
    await client.close();
  };
}

/** The database waits for what it holds before it holds anything else, also when nobody waits any more. */
async function endHeld(admin: mongo.Db, appName: string): Promise<void> {
  const held = { $match: { appName, active: true, opid: { $exists: true } } };
  for (const { opid } of await admin.aggregate([{ $currentOp: {} }, held]).toArray())
    await admin.command({ killOp: 1, op: opid });
}
