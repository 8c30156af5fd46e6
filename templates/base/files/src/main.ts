import type { Logger } from 'pino';
import { App } from './app.ts';
import { EnvironmentError, parseEnvironment, type Environment } from './configs/env.ts';
import { limits } from './configs/limits.ts';
import { createLogger } from './platform/lib/logger.ts';
import { exitCodes, StartError } from './platform/errors/start-error.ts';

// The edge of the process: the only file that reads the environment, hears signals, and ends.
const exit = { ok: 0, bug: 1, ...exitCodes } as const;
const wideFactor = 10; // above it the limits protect from very little

const env = readEnvironment();
if (env !== undefined) await run(env);

function readEnvironment(): Environment | undefined {
  try {
    return parseEnvironment(process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    for (const line of error.lines) process.stderr.write(`${line}\n`);
    process.exitCode = exit.configuration;
    return undefined;
  }
}

async function run(environment: Environment): Promise<void> {
  const log = createLogger(environment);
  const app = new App(environment, { log });
  const stopping = createStop(app, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stopping.hasBegun()) process.exit(exit.bug); // a second signal does not wait
      void stopping.stop(signal, exit.ok);
    });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      void stopping.stop(event, exit.bug);
    });
  if (environment.RATE_LIMIT_FACTOR > wideFactor)
    log.warn({ factor: environment.RATE_LIMIT_FACTOR }, 'RATE_LIMIT_FACTOR makes limits very wide');
  try {
    await app.start();
    log.info({ address: app.http.address() }, 'listening');
  } catch (error) {
    if (!stopping.hasBegun()) endStart(error, environment, log);
  }
}

/** Stops once; an error on the way changes how the process ends, not that it ends. */
function createStop(app: App, log: Logger) {
  let code: number | undefined;

  async function stop(reason: string, wanted: number): Promise<void> {
    const hasBegun = code !== undefined;
    code = Math.max(code ?? exit.ok, wanted);
    if (hasBegun) return;
    log.info({ reason }, 'stopping');
    setTimeout(() => {
      log.error('not stopped in time');
      process.exit(exit.bug);
    }, limits.shutdown.totalMs);
    try {
      await app.stop(code === exit.bug);
      log.info('stopped');
    } catch (error) {
      log.fatal({ err: error }, 'the stop failed');
      code = exit.bug;
    }
    process.exit(code);
  }

  return { stop, hasBegun: () => code !== undefined };
}

function endStart(error: unknown, environment: Environment, log: Logger): never {
  const known = error instanceof StartError ? error : toStartError(error, environment);
  if (known === undefined) log.fatal({ err: error }, 'the start failed');
  else process.stderr.write(`${known.message}\n`);
  process.exit(known?.exitCode ?? exit.bug);
}

/** Where this machine does not let the server listen, the configuration has to change. */
function toStartError(error: unknown, { HOST, PORT }: Environment): StartError | undefined {
  const reasons: Record<string, string> = {
    EADDRINUSE: `PORT ${PORT} is taken: end the program that uses it, or choose another, for example PORT=${PORT + 1}`,
    EACCES: `PORT ${PORT} is not for this user: choose one above 1023, for example PORT=3000`,
    EADDRNOTAVAIL: `HOST ${HOST} is no address of this machine: HOST=0.0.0.0 takes all of them`,
    ENOTFOUND: `HOST ${HOST} is no address of this machine: HOST=0.0.0.0 takes all of them`,
  };
  const reason = reasons[String((error as NodeJS.ErrnoException).code)];
  return reason === undefined ? undefined : new StartError(exit.configuration, reason, error);
}
