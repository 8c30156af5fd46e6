import { exitCodes, StartError } from '../errors/start-error.ts';

const unauthorized = 13;
const refusedByAtlas = 8_000;

/** What readWrite allows; anything else of a set-up is for dbAdmin. */
const ofReadWrite = new Set(
  [
    'aggregate delete find findAndModify getMore insert update',
    'create createIndexes listCollections listIndexes',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Does something with the database, and names the role that its user lacks where that is why it failed:
 * the message of the driver would quote the whole command. @throws StartError
 */
export async function namingRights<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw missingRight(error) ?? error;
  }
}

function missingRight(error: unknown): StartError | undefined {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  const refused =
    /not authorized on (\S+) to execute command \{ (\w+)/.exec(message) ??
    /not allowed to do action \[(?:\w+)\] on \[([\w-]+)/.exec(message);
  if (Number(code) !== unauthorized && (Number(code) !== refusedByAtlas || refused === null))
    return undefined;
  const [, database = 'its database', command] = refused ?? [];
  const role = command !== undefined && ofReadWrite.has(command) ? 'readWrite' : 'dbAdmin';
  const what = command === undefined ? '' : ` (${command})`;
  return new StartError(
    exitCodes.configuration,
    `the user of MONGODB_URI lacks the role ${role} on ${database}${what}: docs/operations.md shows the two users, npm run db:setup is for the one with readWrite and dbAdmin`,
    error,
  );
}
