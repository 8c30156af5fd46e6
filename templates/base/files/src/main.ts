import { createApp, type App } from './app.ts';
import { StartError } from './configs/database.ts';
import { EnvironmentError, parseEnvironment, type Environment } from './configs/env.ts';
import { limits } from './configs/limits.ts';
import { createLogger } from './configs/logger.ts';

// The edge of the process: the only file that reads the environment, hears signals, and ends.
const exit = { ok: 0, bug: 1, unavailable: 69, configuration: 78 } as const; // sysexits(3)

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
  const app = createApp(environment, { log });
  let isStopping = false;

  async function stop(reason: string, code: number): Promise<void> {
    if (isStopping) process.exit(exit.bug); // a second signal does not wait
    isStopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => {
      log.error('not stopped in time');
      process.exit(exit.bug);
    }, limits.shutdown.totalMs).unref();
    await app.stop();
    log.info('stopped');
    process.exit(code);
  }

  process.on('SIGTERM', () => void stop('SIGTERM', exit.ok));
  process.on('SIGINT', () => void stop('SIGINT', exit.ok));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      void stop(event, exit.bug);
    });
  if (environment.RATE_LIMIT_FACTOR > 10)
    log.warn({ factor: environment.RATE_LIMIT_FACTOR }, 'RATE_LIMIT_FACTOR makes limits very wide');
  await start(app, log);
}

async function start(app: App, log: ReturnType<typeof createLogger>): Promise<void> {
  try {
    await app.start();
    log.info({ address: app.http.address() }, 'listening');
  } catch (error) {
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
    else log.fatal({ err: error }, 'the start failed');
    process.exit(error instanceof StartError ? error.exitCode : exit.bug);
  }
}
