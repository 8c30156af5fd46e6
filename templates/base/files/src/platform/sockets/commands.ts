import type { Acknowledgement } from '../../contract/errors.ts';
import { commands, type CommandName } from '../../contract/index.ts';
import { AppError, logUnexpected, toProblem } from '../errors/app-error.ts';
import { assertOutput, assertShape, parseInput } from '../lib/input.ts';
import { CommandQueue } from './command-queue.ts';
import type { Accepted, CommandHandler, SocketCaller } from './socket-api.ts';
import type { ServerSocket, SocketPorts } from './types.ts';
import type { Violations } from './violations.ts';

const nameCharacters = 64; // a client may send a name as long as a frame
const onePayload = { detail: 'A command has one payload and one acknowledgement' };

type Acknowledge = (answer: Acknowledgement<unknown>) => void;
type Outcome = Promise<unknown> | Accepted<unknown>;
type Handler = (input: unknown, caller: SocketCaller) => Outcome;

/** A command as it came from a socket. */
interface Command {
  readonly name: string;
  readonly payload: unknown;
  readonly caller: SocketCaller;
  readonly socket: ServerSocket;
  readonly acknowledge: Acknowledge;
}

/**
 * The commands of an app and the one wrapper around every handler: it validates with the schema that
 * types the event, limits rates, keeps one socket's commands in order, and catches what is thrown, so
 * that no packet can end the process.
 */
export class Commands {
  readonly #ports: SocketPorts;
  readonly #violations: Violations;
  /** Those of whose commands without acknowledgement the log has one. */
  readonly #logged = new WeakSet<ServerSocket>();
  readonly #handlers = new Map<string, Handler>();

  constructor(ports: SocketPorts, violations: Violations) {
    this.#ports = ports;
    this.#violations = violations;
  }

  add<Name extends CommandName>(name: Name, handler: CommandHandler<Name>): void {
    this.#handlers.set(name, handler as Handler);
  }

  /** Answers every event of a socket. */
  serve(socket: ServerSocket): void {
    const queue = new CommandQueue<Command>((command) => this.#run(command));
    socket.onAny((name: string, ...args: unknown[]) => this.#receive(socket, queue, name, args));
    socket.once('disconnect', (reason) => {
      // What waits when this node has ended a socket is not done: its sign-in may have ended.
      if (reason !== 'server namespace disconnect') return;
      for (let count = queue.clear(); count > 0; count -= 1) this.#ports.loadShedding.leave();
    });
  }

  #receive(
    socket: ServerSocket,
    queue: CommandQueue<Command>,
    name: string,
    args: unknown[],
  ): void {
    if (!socket.connected) return; // it came in one write with what ended the socket
    const acknowledge = args.pop();
    if (typeof acknowledge !== 'function') {
      this.#refuseUnacknowledged(socket, name);
      return this.#countViolation(socket, new AppError('malformed'));
    }
    const command: Command = {
      name,
      payload: args[0],
      caller: { ...socket.data.caller, socketId: socket.id, arrivedAt: performance.now() },
      socket,
      // After the socket's end the answer would reach the next one on the same connection.
      acknowledge: (answer) => {
        if (socket.connected) (acknowledge as Acknowledge)(answer);
      },
    };
    this.#ports.loadShedding.enter();
    if (args.length > 1) this.#refuseAndCount(command, new AppError('malformed', onePayload));
    else if (queue.isFull)
      this.#refuseAndCount(command, new AppError('rate-limited', { retryAfterMs: 1_000 }));
    else queue.add(command);
  }

  /**
   * A command that asks for no acknowledgement, whose failure could not be reported otherwise, is not
   * done.
   */
  #refuseUnacknowledged(socket: ServerSocket, name: unknown): void {
    const { events, log } = this.#ports;
    // The protocol also allows numbers as names.
    const event = String(name).slice(0, nameCharacters);
    // No name that a client has made up is in the log or a label of a metric.
    const command = this.#handlers.has(event) ? event : 'unknown';
    events.emit('command:unacknowledged', { name: command });
    socket.emit('problem', {
      event,
      code: 'malformed',
      detail:
        'It was not done because it asks for no acknowledgement: send it as emit(name, payload, (answer) => …) or await emitWithAck(name, payload)',
    });
    if (this.#logged.has(socket)) return;
    this.#logged.add(socket);
    const line = { command, socketId: socket.id, userId: socket.data.caller.userId };
    log.warn(line, 'a command without acknowledgement was not done');
  }

  #run(command: Command): Promise<void> | undefined {
    try {
      const outcome = this.#start(command);
      if (!isAccepted(outcome)) return this.#conclude(command, outcome);
      void this.#complete(command, outcome);
    } catch (error) {
      this.#refuseAndCount(command, error);
    }
    return undefined;
  }

  #start({ name, payload, caller }: Command): Outcome {
    const { limiters } = this.#ports;
    limiters.consume('anyEvent', caller.socketId);
    const handler = this.#handlers.get(name);
    if (handler === undefined) throw new AppError('unknown-event');
    const { rate, input } = commands[name as CommandName];
    limiters.consume(rate, caller.userId);
    assertShape(payload);
    return handler(parseInput(input, payload), caller);
  }

  async #conclude(command: Command, outcome: Promise<unknown>): Promise<void> {
    try {
      const output = await outcome;
      if (isAccepted(output)) void this.#complete(command, output);
      else this.#succeed(command, output);
    } catch (error) {
      this.#refuseAndCount(command, error);
    }
  }

  async #complete(command: Command, { completion }: Accepted<unknown>): Promise<void> {
    try {
      this.#succeed(command, await completion);
    } catch (error) {
      this.#refuse(command, error);
    }
  }

  #succeed(command: Command, data: unknown): void {
    const { env } = this.#ports;
    try {
      if (env.NODE_ENV === 'test') assertOutput(commands[command.name as CommandName].output, data);
    } catch (error) {
      return this.#refuse(command, error);
    }
    this.#end(command, { ok: true, data });
  }

  #refuseAndCount(command: Command, error: unknown): void {
    this.#refuse(command, error);
    this.#countViolation(command.socket, error);
  }

  #refuse(command: Command, error: unknown): void {
    const { socketId, userId } = command.caller;
    logUnexpected(this.#ports.log, error, { socketId, userId });
    this.#end(command, { ok: false, error: toProblem(error) });
  }

  #countViolation(socket: ServerSocket, error: unknown): void {
    if (!(error instanceof AppError) || error.code === 'unavailable') return;
    const { userId } = socket.data.caller;
    if (!this.#violations.add(userId)) return;
    const line = { event: 'excess_rate_limit_exceeded', user: userId };
    this.#ports.log.warn(line, 'too many refusals');
    socket.disconnect(true);
  }

  /** Acknowledges, and emits how the command ended: once for each, and never throws. */
  #end(command: Command, answer: Acknowledgement<unknown>): void {
    const { name, caller } = command;
    this.#ports.loadShedding.leave();
    const written = this.#write(command, answer);
    this.#ports.events.emit('command:ended', {
      name: this.#handlers.has(name) ? name : 'unknown',
      outcome: written.ok ? 'ok' : written.error.code,
      ms: performance.now() - caller.arrivedAt,
    });
  }

  /** Writes an answer, or `internal` in its place where it cannot be written; returns which one. */
  #write(command: Command, answer: Acknowledgement<unknown>): Acknowledgement<unknown> {
    try {
      command.acknowledge(answer);
      return answer;
    } catch (error) {
      const { socketId, userId } = command.caller;
      logUnexpected(this.#ports.log, error, { socketId, userId });
      return answer.ok ? this.#write(command, { ok: false, error: toProblem(error) }) : answer;
    }
  }
}

const isAccepted = (output: unknown): output is Accepted<unknown> =>
  typeof output === 'object' && output !== null && 'completion' in output;
