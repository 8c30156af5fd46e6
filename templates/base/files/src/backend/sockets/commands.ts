import { limits } from '../../configs/limits.ts';
import type { Acknowledgement } from '../../contract/errors.ts';
import { commands, type CommandName } from '../../contract/index.ts';
import { AppError, toAppError, toProblem } from '../shared/app-error.ts';
import { assertOutput, assertShape, parseInput } from '../shared/input.ts';
import { capFactor } from '../shared/limiters.ts';
import type { Admission } from './admission.ts';
import type { CommandRate, Later, SocketCaller, SocketHub } from './hub.ts';
import type { ServerSocket, SocketPorts } from './index.ts';

type Acknowledge = (answer: Acknowledgement<unknown>) => void;
type Place = Promise<unknown> | Later<unknown>;
type Handler = (input: unknown, caller: SocketCaller) => Place;

/** What came from a socket and waits for its turn. */
interface Command {
  readonly name: string;
  readonly payload: unknown;
  readonly caller: SocketCaller;
  readonly acknowledge: Acknowledge;
}

/** The commands of one socket. */
interface Line {
  readonly socket: ServerSocket;
  /** The first one is running. */
  readonly waiting: Command[];
  isRunning: boolean;
  strikes: number;
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
  const mostStrikes = limits.socket.strikes * capFactor(env.RATE_LIMIT_FACTOR);

  function begin({ name, payload, caller }: Command): Place {
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

  function strike(line: Line, error: unknown): void {
    if (!(error instanceof AppError) || error.code === 'unavailable') return;
    line.strikes += 1;
    if (line.strikes < mostStrikes) return;
    const { userId } = line.socket.data.caller;
    log.warn({ event: 'excess_rate_limit_exceeded', user: userId }, 'too many refusals');
    admission.ban(userId);
    line.socket.disconnect(true);
  }

  function refuseAndStrike(line: Line, command: Command, error: unknown): void {
    refuse(command, error);
    strike(line, error);
  }

  /** One after the other, in the order in which they came. */
  async function runAll(line: Line): Promise<void> {
    line.isRunning = true;
    for (let next = line.waiting[0]; next !== undefined; next = line.waiting[0]) {
      try {
        const place = begin(next);
        // What has its place already is on the way of every message: nothing is awaited.
        conclude(next, isLater(place) ? place : await place);
      } catch (error) {
        refuseAndStrike(line, next, error);
      }
      line.waiting.shift();
    }
    line.isRunning = false;
  }

  function conclude(command: Command, output: unknown): void {
    if (!isLater(output)) return succeed(command, output);
    output.later.then(
      (data) => succeed(command, data),
      (error: unknown) => refuse(command, error),
    );
  }

  /** What still waits of a socket that this node has ended is not done: its sign-in may have ended. */
  function drop({ waiting }: Line): void {
    for (const _command of waiting.splice(1)) overload.leave();
  }

  function take(line: Line, name: string, args: unknown[]): void {
    const { socket, waiting } = line;
    const acknowledge = args.pop();
    if (typeof acknowledge !== 'function') return strike(line, new AppError('malformed'));
    const command: Command = {
      name,
      payload: args[0],
      caller: { ...socket.data.caller, socketId: socket.id, arrivedAt: performance.now() },
      acknowledge: acknowledge as Acknowledge,
    };
    overload.enter();
    if (args.length > 1) return refuseAndStrike(line, command, new AppError('malformed'));
    // What waits for its turn is memory that a client can fill.
    if (waiting.length >= limits.socket.pendingCommands)
      return refuseAndStrike(line, command, new AppError('rate-limited', { retryAfterMs: 1_000 }));
    waiting.push(command);
    if (!line.isRunning) void runAll(line);
  }

  return {
    add(name, rate, handler) {
      handlers.set(name, { handler: handler as Handler, rate });
    },
    serve(socket) {
      const line: Line = { socket, waiting: [], isRunning: false, strikes: 0 };
      socket.onAny((name: string, ...args: unknown[]) => take(line, name, args));
      socket.once('disconnect', (reason) => {
        if (reason === 'server namespace disconnect') drop(line);
      });
    },
  };
}

const isLater = (output: unknown): output is Later<unknown> =>
  typeof output === 'object' && output !== null && 'later' in output;
