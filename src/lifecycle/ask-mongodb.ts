import { isThere } from '../lib/file-system.ts';
import type { RunContext } from '../context.ts';
import { childEnvironment } from '../lib/environment.ts';
import { runProgram } from '../steps/run-program.ts';

/** Which database is asked. */
export interface MongodbQuestion {
  readonly root: string;
  /** Never on a command line, where other users of the machine would read it. */
  readonly uri: string;
  readonly patienceMs: number;
}

/** What a database is, or why it cannot be used; the problem names no part of its address. */
export type MongodbAnswer = 'replica set' | 'alone' | { readonly problem: string };

// Loading the driver takes longer than asking, on a busy machine.
const LOADING_MS = 15_000;

// With the driver that the backend has: what it cannot read, the backend cannot. Messages of errors
// have addresses in them, codes have none.
const PROGRAM = `
const { createRequire } = require('node:module');
const { mongo } = createRequire(process.cwd() + '/package.json')('mongoose');
const { DOCTOR_URI: uri, DOCTOR_PATIENCE_MS: patience } = process.env;
const say = (answer) => process.stdout.write('\\n' + JSON.stringify(answer) + '\\n', () => process.exit());
const codeOf = (error) =>
  error.codeName ?? (typeof error.code === 'string' ? error.code : undefined) ??
  (error.cause && codeOf(error.cause)) ??
  [...(error.reason?.servers?.values() ?? [])].map((server) => server.error && codeOf(server.error)).find(Boolean);
const fail = (error) => {
  const servers = error.reason?.servers && [...error.reason.servers.values()];
  // A member that is none yet, or hosts that the driver left out because they are not of the set.
  const isNoMember = servers?.every(({ type }) => type === 'RSGhost');
  say(isNoMember ? 'alone' : { problem: codeOf(error) ?? error.name });
};
setTimeout(() => say({ problem: 'no answer' }), Number(patience));
(async () => {
  const options = { serverSelectionTimeoutMS: Number(patience) - 200 };
  const client = new mongo.MongoClient(uri, options);
  const { setName, msg } = await client.db('admin').command({ hello: 1 });
  say(setName !== undefined || msg === 'isdbgrid' ? 'replica set' : 'alone');
})().catch(fail);
`;

/**
 * Asks a database what it is, by the driver of the project, in a process of its own. Undefined where
 * the project has no driver: it is not installed.
 */
export async function askMongodb(
  { root, uri, patienceMs }: MongodbQuestion,
  { environment, signal }: RunContext,
): Promise<MongodbAnswer | undefined> {
  if (!isThere(`${root}/node_modules/mongoose/package.json`)) return undefined;
  const { stdout } = await runProgram({
    program: process.execPath,
    args: ['--input-type=commonjs', '--eval', PROGRAM],
    cwd: root,
    environment: {
      ...childEnvironment(environment),
      DOCTOR_URI: uri,
      DOCTOR_PATIENCE_MS: String(patienceMs),
    },
    signal,
    timeoutMs: LOADING_MS,
  });
  const answer = stdout.trim().split('\n').at(-1);
  return answer ? (JSON.parse(answer) as MongodbAnswer) : { problem: 'its driver does not start' };
}
