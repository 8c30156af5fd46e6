import { expect, it } from 'vitest';
import { z } from 'zod';
import { commands, type CommandName } from '../../src/contract/index.ts';
import {
  isObject,
  parts,
  send,
  sentBy,
  startTarget,
  takesBody,
  textWith,
  type Path,
} from '../support/hostile.ts';
import { sendCommand } from '../support/raw.ts';
import { nameOf, readUses, routeOf, toPath, type Use } from '../support/uses.ts';

const uses = await readUses();

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

it('C31 C47 refuses an unknown or repeated parameter of every route, and judges the last one of a repeated key in every body', async () => {
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
    const twice = text.replace(/\}$/, `,${JSON.stringify(key)}:{"$ne":1}}`); // the last one counts
    expect([nameOf(use), (await send(target, use, twice))?.code]).toEqual([
      nameOf(use),
      'validation',
    ]);
  }
});

/** Puts each text in the place of every value of a kind; returns how many were tried and refused. */
async function expectRefused(
  target: Awaited<ReturnType<typeof startTarget>>,
  kind: 'string' | 'number',
  texts: readonly string[],
): Promise<number> {
  let tries = 0;
  for (const use of uses) {
    const sent = sentBy(target, use);
    for (const { path, value } of parts(sent))
      for (const text of typeof value === kind ? texts : []) {
        const problem = await send(target, use, textWith(sent, path, text));
        expect([nameOf(use), path, text, problem?.code]).toEqual([
          nameOf(use),
          path,
          text,
          'validation',
        ]);
        tries += 1;
      }
  }
  return tries;
}

it('C36 refuses an operator, a list and a number in the place of every text, before any query', async () => {
  const target = await startTarget();
  const operators = '$ne $gt $regex $where $expr $function $nor $or $in $exists'.split(' ');
  const values = [...operators.map((operator) => `{"${operator}":""}`), '[]', '[""]', '{}', '1'];
  const database = target.app.app.connection.db!;
  await database.command({ profile: 2 });
  await expectRefused(target, 'string', values);
  await target.user.get('/users/me');
  await database.command({ profile: 0 });
  const asked = database.collection('system.profile').find({ ns: /users|conv|memb|mess/ });
  expect((await asked.toArray()).map(({ ns }) => ns)).toEqual([`${database.databaseName}.users`]);
});

it('C33 refuses an object with a length that cannot be compared, in the place of every text', async () => {
  const target = await startTarget();
  const values = ['{"length":[{"toString":""}]}', '{"length":{"toString":1}}', '{"length":9}'];
  expect(await expectRefused(target, 'string', values)).toBeGreaterThan(20);
});

it('C45 refuses what is no whole number in its range in the place of every number', async () => {
  const target = await startTarget();
  const values = ['-1', '1.5', '1e309', '"1"', '9007199254740992', 'null', 'true', '[1]'];
  expect(await expectRefused(target, 'number', values)).toBeGreaterThan(20);
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
