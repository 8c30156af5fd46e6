import type { Problem } from '../../src/contract/errors.ts';
import { startApp, type TestApp, type TestSocket, type TestUser } from './app.ts';
import { stage, type Stage } from './places.ts';
import { sendCommand } from './raw.ts';
import { routeOf, toPath, type RouteInput, type Use } from './uses.ts';

/** Somebody who may do everything, and the means to send what nobody may. */
export interface Target {
  readonly app: TestApp;
  readonly user: TestUser;
  readonly socket: TestSocket;
  /** A valid input of a use. */
  readonly inputOf: (use: Use) => RouteInput | object;
}

/** A place where every use is valid. */
export async function startTarget(changes: Record<string, string> = {}): Promise<Target> {
  const app = await startApp(changes);
  const [{ place, user }] = (await stage(app, [{ kind: 'group', by: 'owner' }])) as [Stage];
  return { app, user, socket: await user.connect(), inputOf: (use) => use.input(place) };
}

/** Sends a body or a payload as the text it is, and returns the problem; undefined for a success. */
export async function send(
  target: Target,
  use: Use,
  text: string,
  more = '',
): Promise<Problem | undefined> {
  const route = routeOf(use);
  if (route === undefined) {
    const answer = await sendCommand(target.socket, use.of, text);
    return answer.ok ? undefined : answer.error;
  }
  const path = toPath(route, target.inputOf(use));
  const response = await fetch(
    target.app.url + (route.root ? path.slice(1) : `/v1${path}`) + more,
    {
      method: route.method.toUpperCase(),
      headers: { authorization: `Bearer ${target.user.token}`, 'content-type': 'application/json' },
      ...(text === '' ? {} : { body: text }),
    },
  );
  return response.ok ? undefined : ((await response.json()) as Problem);
}

/** What a use sends besides its path: a body, or a payload; undefined where it takes none. */
export const sentBy = ({ inputOf }: Target, use: Use): unknown =>
  routeOf(use) === undefined ? inputOf(use) : (inputOf(use) as RouteInput).body;

/** A body where none is taken; a GET cannot even be sent with one. */
export const takesBody = (target: Target, use: Use): boolean =>
  sentBy(target, use) !== undefined || routeOf(use)?.method !== 'get';

/** Keys and places down to a value. */
export type Path = readonly (string | number)[];

/** Every value in a JSON value, itself included, with its path. */
export function parts(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const children = Object.entries(value).flatMap(([key, child]) =>
    parts(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [{ path, value }, ...children];
}

/** The text of a value with another text at a path; an empty one leaves the key out. */
export function textWith(root: unknown, [key, ...rest]: Path, text: string): string {
  if (key === undefined) return text;
  if (Array.isArray(root))
    return `[${root.map((item, index) => (index === key ? textWith(item, rest, text) : JSON.stringify(item))).join()}]`;
  const { [key]: child, ...others } = (root ?? {}) as Record<string, unknown>;
  const changed = textWith(child, rest, text);
  const members = Object.entries(others).map(([name, value]) => [name, JSON.stringify(value)]);
  return `{${[...members, ...(changed === '' ? [] : [[key, changed]])]
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .join()}}`;
}

/** Whether a value has members with names. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
