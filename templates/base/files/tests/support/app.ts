import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { io as connectSocket, type Socket } from 'socket.io-client';
import { App } from '../../src/app.ts';
import type { Overrides } from '../../src/core.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import type { MeView } from '../../src/contract/users.ts';
import type { Acknowledgement, Problem } from '../../src/contract/errors.ts';
import { createSignUp } from './accounts.ts';
import { Refusals, type Answer } from './answers.ts';
import { borrowDatabase, giveBackDatabase, isBorrowed, newDatabase } from './databases.ts';
import { currentTest, onTestFinished } from './finish.ts';
import type {
  CommandName,
  CommandOutput,
  CommandPayload,
  NoticeName,
  Notices,
} from '../../src/contract/index.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../src/contract/events.ts';

export type TestSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** For names that are only known when the test runs. */
type UntypedSocket = Pick<Socket, 'timeout'> & {
  once(name: string, listener: (payload: never) => void): unknown;
};

export type { Answer };

/** Sees what passes between the tests and their backends; a file in tests/setup adds one. */
export interface Witness {
  /** The path is the whole one; `sent` is the body of the request. */
  answered(method: string, path: string, sent: unknown, answer: Answer): void;
  /** A socket that is about to connect. */
  opened(socket: TestSocket): void;
}

export const witnesses = new Set<Witness>();

/** Environment variables of a backend on a new database. */
export function testVariables(changes: Record<string, string> = {}): Record<string, string> {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    MONGODB_URI: newDatabase(),
    ACCESS_TOKEN_KEYS: `test:${randomBytes(32).toString('base64url')}`,
    REFRESH_TOKEN_KEY: randomBytes(32).toString('base64url'),
    DATA_KEYS: `test:${randomBytes(32).toString('base64url')}`,
    RATE_LIMIT_FACTOR: '1000',
    LOG_LEVEL: 'silent',
    ...changes,
  };
}

/** Environment variables of backends that share an empty database, which is lent to the test. */
export function sharedVariables(changes: Record<string, string> = {}): Record<string, string> {
  const borrowed = borrowDatabase();
  onTestFinished(() => giveBackDatabase(borrowed));
  return testVariables({ MONGODB_URI: borrowed, ...changes });
}

/** Starts a backend on a random port and an empty database; both end with the test. */
export async function startApp(
  changes: Record<string, string> = {},
  overrides: Overrides = {},
): Promise<TestApp> {
  const isNamed = changes['MONGODB_URI'] !== undefined;
  const variables = isNamed ? testVariables(changes) : sharedVariables(changes);
  const app = new App(parseEnvironment(variables), {
    log: pino({ level: 'silent' }),
    ...overrides,
  });
  await app.start();
  const test = createTestApp(app, variables, createSignUp(app, variables, overrides.clock));
  onTestFinished(async () => {
    for (const socket of test.sockets) socket.disconnect();
    // A test may have stopped it already.
    const isOpen = app.connection.readyState === mongoose.STATES.connected;
    if (isOpen && !isBorrowed(variables['MONGODB_URI'])) await app.connection.dropDatabase();
    await app.stop();
    test.refusals.assertRead();
  });
  return test;
}

export type TestApp = ReturnType<typeof createTestApp>;

type Call = <Body = any>(path: string, body?: unknown) => Promise<Answer<Body>>;

/** A signed-in user who calls the API with their token. */
export interface TestUser extends MeView {
  readonly session: SessionView;
  readonly token: string;
  readonly get: Call;
  readonly post: Call;
  readonly put: Call;
  readonly patch: Call;
  readonly delete: Call;
  /** Opens a socket and waits until the server says `ready`. */
  connect(): Promise<TestSocket>;
}

function createTestApp(
  app: App,
  variables: Readonly<Record<string, string>>,
  signUp: ReturnType<typeof createSignUp>,
) {
  const { port } = app.http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const sockets = new Set<TestSocket>();
  const refusals = new Refusals();
  // What a test says when it fails is often only what follows from these.
  const faults: string[] = [];
  currentTest.getStore()?.onTestFailed(() => {
    if (faults.length > 0) process.stderr.write(`the backend answered:\n${faults.join('\n')}\n`);
  });

  /** Calls the API; the path stands below /v1 unless it starts with `//`. */
  async function call<Body = any>(
    method: string,
    path: string,
    options: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const target = path.startsWith('//') ? `${url}${path.slice(1)}` : `${url}/v1${path}`;
    const response = await fetch(target, {
      method,
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    if (response.headers.has('set-cookie')) throw new Error(`C20: ${path} sets a cookie`);
    const text = await response.text();
    const body = text === '' ? undefined : (JSON.parse(text) as Body);
    const answer = { status: response.status, body: body as Body, headers: response.headers };
    const seenAs = target.slice(url.length);
    for (const witness of witnesses) witness.answered(method, seenAs, options.body, answer);
    if (answer.status >= 500) faults.push(`${method} ${seenAs}: ${answer.status} ${text}`);
    return answer.status < 400 ? answer : refusals.add(`${method} ${seenAs}`, answer);
  }

  /** A new user, signed in; the password is `passwordOf` the name. */
  async function register(username = randomName()): Promise<TestUser> {
    const [session] = await signUp([username]);
    return createTestUser(session as SessionView);
  }

  /** New users with random names, signed in. */
  async function registerMany(count: number): Promise<TestUser[]> {
    const sessions = await signUp(Array.from({ length: count }, randomName));
    return sessions.map(createTestUser);
  }

  function createTestUser(session: SessionView): TestUser {
    const token = session.accessToken;
    const send = <Body = any>(method: string, path: string, body?: unknown) =>
      call<Body>(method, path, { token, body });
    return {
      ...session.user,
      session,
      token,
      get: <Body = any>(path: string) => send<Body>('GET', path),
      post: <Body = any>(path: string, body?: unknown) => send<Body>('POST', path, body),
      put: <Body = any>(path: string, body?: unknown) => send<Body>('PUT', path, body),
      patch: <Body = any>(path: string, body?: unknown) => send<Body>('PATCH', path, body),
      delete: <Body = any>(path: string, body?: unknown) => send<Body>('DELETE', path, body),
      connect: () => connect(token),
    };
  }

  /** Opens a socket without waiting for anything. */
  function open(token?: string, options: Record<string, unknown> = {}): TestSocket {
    const socket: TestSocket = connectSocket(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      ...(token === undefined ? {} : { auth: { token } }),
      ...options,
    });
    sockets.add(socket);
    for (const witness of witnesses) witness.opened(socket);
    return socket;
  }

  /** Opens a socket and waits until the server says `ready`. */
  async function connect(token: string): Promise<TestSocket> {
    const socket = open(token);
    await Promise.race([
      next(socket, 'ready'),
      new Promise<never>((_resolve, reject) => socket.once('connect_error', reject)),
    ]);
    return socket;
  }

  /** New users who share a group; the first one owns it. */
  async function group(size: number, options: { type?: string; visibility?: string } = {}) {
    const users = await registerMany(size);
    const [owner, ...others] = users as [TestUser, ...TestUser[]];
    const answer = await owner.post('/conversations', {
      type: 'group',
      name: 'A group',
      members: others.map((user) => user.id),
      ...options,
    });
    if (answer.status !== 201) throw new Error(`group: ${JSON.stringify(answer.body)}`);
    return { conversationId: answer.body.id as string, owner, others, users };
  }

  return {
    app,
    variables,
    url,
    sockets,
    refusals,
    call,
    register,
    registerMany,
    open,
    connect,
    group,
    adopt: createTestUser,
  };
}

const randomName = (): string => `user-${randomUUID().slice(0, 13)}`;

/** How long a test waits for what must come: a slow and busy machine needs some of it. */
const patienceMs = 60_000;

/** The next notice of a name. */
export const next = <Name extends NoticeName>(
  socket: TestSocket,
  name: Name,
  timeoutMs = patienceMs,
): Promise<Notices[Name]> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no ${name} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    (socket as unknown as UntypedSocket).once(name, (payload: Notices[Name]) => {
      clearTimeout(timer);
      resolve(payload);
    });
  });

/** Why a socket is not let in. */
export const refusal = (socket: Pick<Socket, 'once'>): Promise<Problem> =>
  new Promise((resolve) =>
    socket.once('connect_error', (error: Error & { data?: Problem }) => resolve(error.data!)),
  );

/** Sends a command and returns its acknowledgement, whatever it says. */
export const ask = async <Name extends CommandName>(
  socket: TestSocket,
  name: Name,
  payload: unknown,
): Promise<Acknowledgement<CommandOutput<Name>>> =>
  (await (socket as unknown as Socket)
    .timeout(patienceMs)
    .emitWithAck(name, payload)) as Acknowledgement<CommandOutput<Name>>;

/** Sends a command that must succeed. */
export async function done<Name extends CommandName>(
  socket: TestSocket,
  name: Name,
  payload: CommandPayload<Name>,
): Promise<CommandOutput<Name>> {
  const answer = await ask(socket, name, payload);
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** Sends a command that must fail. */
export async function refused(
  socket: TestSocket,
  name: CommandName,
  payload: unknown,
): Promise<Problem> {
  const answer = await ask(socket, name, payload);
  if (answer.ok) throw new Error(`${name} was not refused: ${JSON.stringify(answer.data)}`);
  return answer.error;
}

/** Waits until a condition holds, looking every few milliseconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = patienceMs,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
