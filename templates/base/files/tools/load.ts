import { ProblemError } from '../client/api.ts';
import { dismiss, gather } from './load/crowd.ts';
import { parseOptions, usage, UsageError, type LoadOptions } from './load/options.ts';
import { readBack } from './load/reading.ts';
import { report } from './load/report.ts';
import { runningServer, startServer } from './load/server.ts';
import { talk } from './load/talk.ts';
import { usedBetween } from './load/usage.ts';
import { NoMongodError } from './find-mongod.ts';

// `npm run load`: measures a server with real clients, and holds it to its promise meanwhile: every
// acknowledged message is read once, in order and without a hole by every member.
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const maxShown = 20;
const tooNarrow =
  'Its limits are for people: start that server with a RATE_LIMIT_FACTOR such as 1000.';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await load(parseOptions(args));
  } catch (error) {
    if (error instanceof UsageError) return fail(64, `${error.message}\n\n${usage}`);
    if (error instanceof NoMongodError) return fail(69, error.message);
    if (isUnreachable(error)) return fail(69, `Nothing answers there: ${error.cause.message}`);
    const { code } = (error as { data?: { code?: string } }).data ?? {};
    if (code === 'too-many-connections') return fail(69, `${code}\n${tooNarrow}`);
    if (!(error instanceof ProblemError)) throw error;
    const isLimit = error.problem.code === 'rate-limited';
    return fail(69, isLimit ? `${error.message}\n${tooNarrow}` : error.message);
  }
}

function isUnreachable(error: unknown): error is { readonly cause: Error } {
  if (!(error instanceof TypeError) || error.message !== 'fetch failed') return false;
  return error.cause instanceof Error;
}

function fail(code: number, message: string): number {
  process.stderr.write(`${message}\n`);
  return code;
}

async function load(options: LoadOptions): Promise<number> {
  const server = options.url === undefined ? await startServer(say) : runningServer(options.url);
  try {
    say(`${options.users} users register and meet in rooms of ${options.room}.`);
    const rooms = await gather(server.url, options);
    const before = await server.usage();
    const talked = await talk(rooms, options);
    const after = await server.usage();
    const used = before && after && usedBetween(before, after);
    for (const line of report(talked, used)) say(line);
    const faults = await readBack(rooms, talked.ledgers);
    dismiss(rooms);
    return judge(talked.acknowledged, faults);
  } finally {
    await server.stop();
  }
}

function judge(acknowledged: number, faults: readonly string[]): number {
  if (faults.length > 0) {
    const shown = faults.slice(0, maxShown).join('\n');
    return fail(1, `${shown}\n${faults.length} faults in what the members read.`);
  }
  if (acknowledged === 0) return fail(1, 'No message was acknowledged.');
  say('Every member read each acknowledged message once, in order, without a hole.');
  return 0;
}
