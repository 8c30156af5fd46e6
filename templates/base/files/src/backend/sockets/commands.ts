import { limits } from '../../configs/limits.ts';
import type { Acknowledgement } from '../../contract/errors.ts';
import { commands, type CommandName } from '../../contract/index.ts';
import { AppError, toAppError, toProblem } from '../shared/app-error.ts';
import { assertOutput, assertShape, parseInput } from '../shared/input.ts';
import { logContext } from '../shared/log-context.ts';
import type { Admission } from './admission.ts';
import type { CommandRate, SocketCaller, SocketHub } from './hub.ts';
import type { ServerSocket, SocketPorts } from './index.ts';

type Acknowledge = (answer: Acknowledgement<unknown>) => void;
type Handler = (input: unknown, caller: SocketCaller) => Promise<unknown>;

/** The commands of an app. */
interface CommandTable {
  readonly add: SocketHub['command'];
  /** Answers every event of a socket. */
  serve(socket: ServerSocket): void;
}

/**
 * Creates the table of commands and the one wrapper around every handler: it validates with the
 * schema that types the event, limits rates, keeps one socket's commands in order, and catches what
 * is thrown, so that no packet can end the process.
 */
export function createCommands(ports: SocketPorts, admission: Admission): CommandTable {
  const { env, log, events, limiters, overload } = ports;
  const handlers = new Map<string, { handler: Handler; rate: CommandRate | null }>();
  const mostStrikes = limits.socket.strikes * Math.max(1, env.RATE_LIMIT_FACTOR);

  /** Runs until the command has its place; the returned function waits for its answer. */
  async function begin(name: string, payload: unknown, caller: SocketCaller) {
    await limiters.take('anyEvent', caller.socketId);
    const known = handlers.get(name);
    if (known === undefined) throw new AppError('unknown-event');
    const contract = commands[name as CommandName];
    assertShape(payload);
    const input = parseInput(contract.input, payload);
    if (known.rate !== null) await limiters.take(known.rate, caller.userId);
    const output = await known.handler(input, caller);
    return async () => {
      const data = isLater(output) ? await output.later : output;
      if (env.NODE_ENV === 'test') assertOutput(contract.output, data);
      return data;
    };
  }

  function refuse(error: unknown): Acknowledgement<unknown> {
    const { code } = toAppError(error);
    if (code === 'internal') log.error({ err: error }, 'unexpected error');
    else if (!(error instanceof AppError)) log.warn({ err: error }, 'the database is away');
    return { ok: false, error: toProblem(error) };
  }

  /** Acknowledges, and tells how the command ended. */
  function track(name: string, acknowledge: Acknowledge): Acknowledge {
    const startedAt = performance.now();
    overload.enter();
    return (answer) => {
      overload.leave();
      acknowledge(answer);
      events.tell('command:ended', {
        name: handlers.has(name) ? name : 'unknown',
        outcome: answer.ok ? 'ok' : answer.error.code,
        ms: performance.now() - startedAt,
      });
    };
  }

  function serve(socket: ServerSocket): void {
    const { caller } = socket.data;
    let last: Promise<unknown> = Promise.resolve();
    let strikes = 0;
    let pending = 0;

    function strike(error: unknown): void {
      if (!(error instanceof AppError) || error.code === 'unavailable') return;
      strikes += 1;
      if (strikes < mostStrikes) return;
      log.warn({ event: 'excess_rate_limit_exceeded', user: caller.userId }, 'too many refusals');
      admission.ban(caller.userId);
      socket.disconnect(true);
    }

    async function run(
      name: string,
      payload: unknown,
      arrivedAt: number,
      acknowledge: Acknowledge,
    ): Promise<void> {
      try {
        const own = { ...callerOf(socket), socketId: socket.id, arrivedAt };
        const finish = await begin(name, payload, own);
        finish().then(
          (data) => acknowledge({ ok: true, data }),
          (error: unknown) => acknowledge(refuse(error)),
        );
      } catch (error) {
        acknowledge(refuse(error));
        strike(error);
      }
    }

    socket.onAny((name: string, ...args: unknown[]) => {
      const context = { socketId: socket.id, userId: caller.userId };
      const given = args.pop();
      if (typeof given !== 'function') return strike(new AppError('malformed'));
      const acknowledge = track(name, given as Acknowledge);
      if (args.length > 1) {
        acknowledge(refuse(new AppError('malformed')));
        return strike(new AppError('malformed'));
      }
      // What waits for its turn is memory that a client can fill.
      if (pending >= limits.socket.pendingCommands) {
        acknowledge(refuse(new AppError('rate-limited', { retryAfterMs: 1_000 })));
        return strike(new AppError('rate-limited'));
      }
      pending += 1;
      const arrivedAt = performance.now();
      const start = (): Promise<void> =>
        logContext.run(context, () => run(name, args[0], arrivedAt, acknowledge));
      last = last.then(start).finally(() => (pending -= 1));
    });
  }

  return {
    add(name, rate, handler) {
      handlers.set(name, { handler: handler as Handler, rate });
    },
    serve,
  };
}

/** The caller as of now: a newer token may have moved the end. */
const callerOf = (socket: ServerSocket) => socket.data.caller;

const isLater = (output: unknown): output is { readonly later: Promise<unknown> } =>
  typeof output === 'object' && output !== null && 'later' in output;
