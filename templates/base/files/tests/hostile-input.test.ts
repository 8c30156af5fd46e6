import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Problem } from '../src/contract/errors.ts';
import { commands, type CommandName } from '../src/contract/index.ts';
import { startApp, type TestApp, type TestSocket, type TestUser } from './support/app.ts';
import { stage, type Stage } from './support/places.ts';
import { sendCommand } from './support/raw.ts';
import { nameOf, readUses, routeOf, toPath, type RouteInput, type Use } from './support/uses.ts';

const uses = await readUses();

interface Target {
  readonly app: TestApp;
  readonly user: TestUser;
  readonly socket: TestSocket;
  /** A valid input of a use. */
  readonly inputOf: (use: Use) => RouteInput | object;
}

/** A place where every use is valid. */
async function startTarget(): Promise<Target> {
  const app = await startApp();
  const [{ place, user }] = (await stage(app, [{ kind: 'group', by: 'owner' }])) as [Stage];
  return { app, user, socket: await user.connect(), inputOf: (use) => use.input(place) };
}

/** Sends a body or a payload as the text it is, and returns the problem; undefined for a success. */
async function send(
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
const sentBy = ({ inputOf }: Target, use: Use): unknown =>
  routeOf(use) === undefined ? inputOf(use) : (inputOf(use) as RouteInput).body;

/** A body where none is taken; a GET cannot even be sent with one. */
const takesBody = (target: Target, use: Use): boolean =>
  sentBy(target, use) !== undefined || routeOf(use)?.method !== 'get';

type Path = readonly (string | number)[];

/** Every value in a JSON value, itself included, with its path. */
function parts(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const children = Object.entries(value).flatMap(([key, child]) =>
    parts(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [{ path, value }, ...children];
}

/** The text of a value with another text at a path; an empty one leaves the key out. */
function textWith(root: unknown, [key, ...rest]: Path, text: string): string {
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

/** The part of a JSON Schema that tells what may be missing. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly required?: readonly string[];
}

const schemaOf = (use: Use): Shape =>
  z.toJSONSchema(routeOf(use)?.body ?? commands[use.of as CommandName].input, {
    io: 'input',
    unrepresentable: 'any',
  }) as Shape;

/** Whether the value at a path must be there; an item of a list never must. */
function requires(schema: Shape | undefined, [key, ...rest]: Path): boolean {
  if (typeof key === 'number') return rest.length > 0 && requires(schema?.items, rest);
  if (rest.length > 0) return requires(schema?.properties?.[key ?? ''], rest);
  return schema?.required?.includes(key ?? '') ?? false;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

it('P13 C29 C31 refuses an unknown key in any object of a body or a payload, and points at it', async () => {
  const target = await startTarget();
  const id = '0'.repeat(24);
  const extras = { unknown: 1, room: { conversationId: id }, conversationId: id, _id: id, seq: 1 };
  let tries = 0;
  for (const use of uses.filter((one) => takesBody(target, one))) {
    const sent = sentBy(target, use);
    for (const { path, value } of parts(sent ?? {}))
      for (const [key, extra] of Object.entries(extras)) {
        if (!isObject(value) || Object.hasOwn(value, key)) continue;
        const text = textWith(sent, [...path, key], JSON.stringify(extra));
        const problem = await send(target, use, text);
        const pointer = sent === undefined ? '' : `/${[...path, key].join('/')}`;
        expect([nameOf(use), text, problem?.status, problem?.errors]).toEqual([
          nameOf(use),
          text,
          422,
          [expect.objectContaining({ pointer })],
        ]);
        tries += 1;
      }
  }
  expect(tries).toBeGreaterThan(100);
});

it('C31 C47 refuses an unknown or repeated parameter of every route, and a repeated key of every body', async () => {
  const target = await startTarget();
  for (const use of uses) {
    const route = routeOf(use);
    const sent = sentBy(target, use);
    const text = sent === undefined ? '' : JSON.stringify(sent);
    const names = Object.keys(route?.query?.shape ?? {});
    const queries = [
      'conversationId=1',
      'filter[$ne]=1',
      '__proto__=1',
      'constructor[prototype][x]=1',
    ];
    const repeated = names.map((name) => `${name}=1&${name}=2`);
    if (route !== undefined)
      for (const query of [...queries, ...repeated]) {
        const mark = toPath(route, target.inputOf(use)).includes('?') ? '&' : '?';
        const problem = await send(target, use, text, mark + query);
        expect([nameOf(use), query, problem?.code]).toEqual([nameOf(use), query, 'validation']);
      }
    const [key] = Object.keys(sent ?? {});
    if (route === undefined || key === undefined) continue;
    const twice = text.replace('{', `{${JSON.stringify(key)}:"${'0'.repeat(24)}",`);
    expect([nameOf(use), (await send(target, use, twice))?.code]).toEqual([
      nameOf(use),
      'validation',
    ]);
  }
});

it('C36 refuses an operator, a list and a number in the place of every text', async () => {
  const target = await startTarget();
  const operators = '$ne $gt $regex $where $expr $function $nor $or $in $exists'.split(' ');
  const values = [...operators.map((operator) => `{"${operator}":""}`), '[]', '[""]', '{}', '1'];
  for (const use of uses) {
    const sent = sentBy(target, use);
    for (const { path, value } of parts(sent))
      for (const text of typeof value === 'string' ? values : []) {
        const problem = await send(target, use, textWith(sent, path, text));
        expect([nameOf(use), path, text, problem?.code]).toEqual([
          nameOf(use),
          path,
          text,
          'validation',
        ]);
      }
  }
});

it('C37 refuses a body or a payload without a field that the contract requires', async () => {
  const target = await startTarget();
  let tries = 0;
  for (const use of uses) {
    const sent = sentBy(target, use);
    if (sent === undefined) continue;
    for (const { path } of parts(sent).filter((part) => requires(schemaOf(use), part.path))) {
      const problem = await send(target, use, textWith(sent, path, ''));
      expect([nameOf(use), path, problem?.code]).toEqual([nameOf(use), path, 'validation']);
      tries += 1;
    }
  }
  expect(tries).toBeGreaterThan(20);
});

it('C40 refuses prototypes as keys everywhere, and no object has them afterwards', async () => {
  const target = await startTarget();
  for (const use of uses.filter((one) => takesBody(target, one))) {
    const sent = sentBy(target, use);
    for (const { path, value } of parts(sent ?? {}))
      for (const [key, text] of [
        ['__proto__', '{"polluted":1}'],
        ['constructor', '{"prototype":{"polluted":1}}'],
        ['prototype', '{"polluted":1}'],
      ] as const) {
        if (!isObject(value)) continue;
        const problem = await send(target, use, textWith(sent, [...path, key], text));
        expect([nameOf(use), path, key, problem?.code]).toEqual([
          nameOf(use),
          path,
          key,
          'validation',
        ]);
      }
  }
  for (const name of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty'])
    expect((await sendCommand(target.socket, name, '{"polluted":1}')).ok).toBe(false);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});
