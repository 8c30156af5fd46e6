import { limits } from '../../configs/limits.ts';
import type { Acknowledgement } from '../../contract/errors.ts';
import { commands, type CommandName } from '../../contract/index.ts';
import { AppError, toAppError, toProblem } from '../shared/app-error.ts';
import { assertOutput, assertShape, parseInput } from '../shared/input.ts';
import type { Admission } from './admission.ts';
import type { CommandRate, SocketCaller, SocketHub } from './hub.ts';
import type { ServerSocket, SocketPorts } from './index.ts';

type Acknowledge = (answer: Acknowledgement<unknown>) => void;
type Handler = (input: unknown, caller: SocketCaller) => Promise<unknown>;

/** What came from a socket and waits for its turn. */
interface Command {
  readonly name: string;
  readonly payload: unknown;
  readonly caller: SocketCaller;
  readonly acknowledge: Acknowledge;
}

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

  /** Resolves once the command has its place. */
  function begin({ name, payload, caller }: Command): Promise<unknown> {
    limiters.take('anyEvent', caller.socketId);
    const known = handlers.get(name);
    if (known === undefined) throw new AppError('unknown-event');
    assertShape(payload);
    const input = parseInput(commands[name as CommandName].input, payload);
    if (known.rate !== null) limiters.take(known.rate, caller.userId);
    return known.handler(input, caller);
  }

  /** Acknowledges, and tells how the command ended. */
  function end({ name, caller, acknowledge }: Command, answer: Acknowledgement<unknown>): void {
    overload.leave();
    acknowledge(answer);
    events.tell('command:ended', {
      name: handlers.has(name) ? name : 'unknown',
      outcome: answer.ok ? 'ok' : answer.error.code,
      ms: performance.now() - caller.arrivedAt,
    });
  }

  function succeed(command: Command, data: unknown): void {
    try {
      if (env.NODE_ENV === 'test') assertOutput(commands[command.name as CommandName].output, data);
    } catch (error) {
      return refuse(command, error);
    }
    end(command, { ok: true, data });
  }

  function refuse(command: Command, error: unknown): void {
    const { socketId, userId } = command.caller;
    const line = { err: error, socketId, userId };
    if (toAppError(error).code === 'internal') log.error(line, 'unexpected error');
    else if (!(error instanceof AppError)) log.warn(line, 'the database is away');
    end(command, { ok: false, error: toProblem(error) });
  }

  function serve(socket: ServerSocket): void {
    const waiting: Command[] = [];
    let isRunning = false;
    let strikes = 0;

    function strike(error: unknown): void {
      if (!(error instanceof AppError) || error.code === 'unavailable') return;
      strikes += 1;
      if (strikes < mostStrikes) return;
      const { userId } = socket.data.caller;
      log.warn({ event: 'excess_rate_limit_exceeded', user: userId }, 'too many refusals');
      admission.ban(userId);
      socket.disconnect(true);
    }

    function refuseAndStrike(command: Command, error: unknown): void {
      refuse(command, error);
      strike(error);
    }

    /** One after the other, in the order in which they came. */
    async function runAll(): Promise<void> {
      isRunning = true;
      for (let command = waiting[0]; command !== undefined; command = waiting[0]) {
        await run(command);
        waiting.shift();
      }
      isRunning = false;
    }

    async function run(command: Command): Promise<void> {
      try {
        const output = await begin(command);
        if (!isLater(output)) return succeed(command, output);
        output.later.then(
          (data) => succeed(command, data),
          (error: unknown) => refuse(command, error),
        );
      } catch (error) {
        refuseAndStrike(command, error);
      }
    }

    socket.onAny((name: string, ...args: unknown[]) => {
      const acknowledge = args.pop();
      if (typeof acknowledge !== 'function') return strike(new AppError('malformed'));
      const command: Command = {
        name,
        payload: args[0],
        caller: { ...socket.data.caller, socketId: socket.id, arrivedAt: performance.now() },
        acknowledge: acknowledge as Acknowledge,
      };
      overload.enter();
      if (args.length > 1) return refuseAndStrike(command, new AppError('malformed'));
      // What waits for its turn is memory that a client can fill.
      if (waiting.length >= limits.socket.pendingCommands)
        return refuseAndStrike(command, new AppError('rate-limited', { retryAfterMs: 1_000 }));
      waiting.push(command);
      if (!isRunning) void runAll();
    });
  }

  return {
    add(name, rate, handler) {
      handlers.set(name, { handler: handler as Handler, rate });
    },
    serve,
  };
}

const isLater = (output: unknown): output is { readonly later: Promise<unknown> } =>
  typeof output === 'object' && output !== null && 'later' in output;
