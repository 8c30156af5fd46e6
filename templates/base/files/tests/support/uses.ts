import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commands, notices, routes, type CommandName } from '../../src/contract/index.ts';
import type { RouteContract } from '../../src/contract/define.ts';
import { ask, refusal, type TestApp, type TestSocket } from './app.ts';

/** Where somebody asks for something. */
export interface Place {
  readonly conversationId: string;
  /** What the asker wrote there; of somebody who wrote nothing, a message of another member. */
  readonly ownMessageId: string;
  /** What `targetId` wrote there. */
  readonly otherMessageId: string;
  /** A plain member there; in a direct conversation the other one. */
  readonly targetId: string;
  /** An admin there; in a direct conversation nobody. */
  readonly adminId: string;
  /** Somebody who is in no conversation. */
  readonly outsiderId: string;
  readonly asker: Asker;
}

/** Who asks: a user with two sign-ins. */
export interface Asker {
  readonly username: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly otherDeviceId: string;
}

/** What a route takes. */
export interface RouteInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Those who ask in each kind of conversation, in the order of the columns in `tests/access`. */
export const askers = {
  group: ['stranger', 'left', 'member', 'admin', 'owner'],
  public: ['stranger', 'left'],
  channel: ['member', 'admin'],
  direct: ['stranger', 'member', 'blocked'],
} as const;

export type Kind = keyof typeof askers;

/** What each asker gets: a status, or `unseen` for an answer without the conversation in question. */
type Columns = { readonly [Name in Kind]: string };

/** Whoever is signed in gets the same, or everybody does. */
type Row = Columns | { readonly signedIn: number } | { readonly anybody: number };

interface UseOf<Name, Input> {
  readonly of: Name;
  /** What tells two uses of one route or command apart. */
  readonly as?: string;
  readonly input: (place: Place) => Input;
  /** Whether an answer shows the conversation; where that is what matters. */
  readonly shows?: (body: any, place: Place) => boolean;
  readonly answers: Row;
}

/** A valid use of a route or a command, and what everybody gets for it. */
export type Use = UseOf<keyof typeof routes, RouteInput> | UseOf<CommandName, object>;

/** All uses: those of the core, and those that features bring along. */
export async function readUses(): Promise<readonly Use[]> {
  const modules = await importAll<{ uses: readonly Use[] }>('../access');
  return modules.flatMap(({ uses }) => uses);
}

/** All modules of a folder, whose path is seen from tests/support. */
export async function importAll<Module>(path: string): Promise<Module[]> {
  const folder = join(import.meta.dirname, path);
  return Promise.all(
    (await readdir(folder)).map(
      (file) => import(pathToFileURL(join(folder, file)).href) as Promise<Module>,
    ),
  );
}

/** Its name in a table. */
export const nameOf = ({ of, as }: { readonly of: string; readonly as?: string }): string =>
  as === undefined ? of : `${of}, ${as}`;

/** The route of a use; undefined for a command. */
export const routeOf = ({ of }: Use): RouteContract | undefined =>
  (routes as Readonly<Record<string, RouteContract>>)[of];

/** The path of a route with its parameters and its query. */
export function toPath(route: RouteContract, { params = {}, query = {} }: RouteInput): string {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '');
  const search = new URLSearchParams(query).toString();
  return `${route.root ? '/' : ''}${path}${search === '' ? '' : `?${search}`}`;
}

/** An answer to a route or a command. */
export interface Outcome {
  readonly status: number;
  readonly body: any;
  readonly text: string;
}

/** Asks, with a token for routes and a socket for commands; whoever has neither is anonymous. */
export async function askFor(
  app: TestApp,
  use: Use,
  input: RouteInput | object,
  by: { readonly token?: string; readonly socket?: TestSocket },
): Promise<Outcome> {
  const route = routeOf(use);
  if (route === undefined) return askByCommand(app, use.of as CommandName, input, by.socket);
  const { body } = input as RouteInput;
  const answer = await app.call(route.method.toUpperCase(), toPath(route, input), {
    token: by.token,
    body,
  });
  return { status: answer.status, body: answer.body, text: JSON.stringify(answer.body) ?? '' };
}

async function askByCommand(
  app: TestApp,
  name: CommandName,
  payload: object,
  socket?: TestSocket,
): Promise<Outcome> {
  if (socket === undefined) {
    const problem = await refusal(app.open());
    return { status: problem.status, body: problem, text: JSON.stringify(problem) };
  }
  const answer = await ask(socket, name, payload);
  const text = JSON.stringify(answer);
  return answer.ok
    ? { status: 200, body: answer.data, text }
    : { status: answer.error.status, body: answer.error, text };
}

/** Every route and command of the contract that no use names. */
export function unused(uses: readonly Use[]): string[] {
  const used = new Set<string>(uses.map(({ of }) => of));
  return [...Object.keys(routes), ...Object.keys(commands)].filter((name) => !used.has(name));
}

/** What a file of the contract declares as routes, commands or notices and its index does not have. */
export async function unlisted(): Promise<string[]> {
  const listed = new Set<unknown>([routes, commands, notices].flatMap(Object.values));
  const modules = await importAll<Readonly<Record<string, object>>>('../../src/contract');
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => /.(Routes|Commands|Notices)$/.test(name))
    .flatMap(([, declared]) => Object.entries(declared))
    .filter(([, one]) => !listed.has(one))
    .map(([name]) => name);
}
