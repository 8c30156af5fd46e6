import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { findFaults, type ReadMessage, type SentMessage } from '../../tools/load/ledger.ts';
import { parseOptions } from '../../tools/load/options.ts';
import { report } from '../../tools/load/report.ts';
import { createTimes } from '../../tools/load/times.ts';
import { usedBetween } from '../../tools/load/usage.ts';
import { freePort } from '../../tools/free-port.ts';
import { startApp } from '../support/app.ts';
import { numbers } from '../support/node.ts';
import { runTool } from '../support/process.ts';

/** Messages 1, 2, 3 … of two senders, and how a member should read them. */
function room(count: number): { sent: SentMessage[]; read: ReadMessage[] } {
  const sent = numbers(count).map((seq) => ({
    id: randomUUID(),
    sender: seq % 2 === 0 ? 'even' : 'odd',
    content: `Message ${seq}`,
    seq,
  }));
  return { sent, read: structuredClone(sent) };
}

it.concurrent('finds nothing where every acknowledged message is read once and in order', () => {
  const { sent, read } = room(6);
  expect(findFaults(sent, read)).toEqual([]);
  // Without an answer it may be stored or not.
  const unanswered = { id: randomUUID(), sender: 'odd', content: '', seq: undefined };
  expect(findFaults([...sent, unanswered], read)).toEqual([]);
  expect(findFaults([...sent, unanswered], [...read, { ...unanswered, seq: 7 }])).toEqual([]);
});

it.concurrent('finds a loss, a double, a hole, a disorder, a change and a stranger', () => {
  const faultsOf = (change: (read: ReadMessage[], sent: SentMessage[]) => void) => {
    const { sent, read } = room(6);
    change(read, sent);
    return findFaults(sent, read).map((fault) => fault.split(':')[0]);
  };
  expect(faultsOf((read) => read.pop())).toEqual(['loss']);
  expect(faultsOf((read) => read.splice(2, 1))).toEqual(['hole', 'loss']);
  expect(faultsOf((read) => read.push({ ...read[1]!, seq: 7 }))).toEqual(['double', 'number']);
  expect(faultsOf((read) => read.splice(1, 0, read[0]!))).toEqual(['disorder', 'double']);
  expect(faultsOf((read) => read.push(read.shift()!))).toContain('disorder');
  expect(faultsOf((read) => read.splice(0, 1, { ...read[0]!, content: 'x' }))).toEqual(['change']);
  expect(faultsOf((_read, sent) => sent.pop())).toEqual(['stranger']);
  expect(faultsOf((_read, sent) => sent.push(...sent.splice(1, 1)))).toEqual(['disorder']);
  expect(faultsOf((_read, sent) => (sent[3]!.seq = undefined))).toEqual([]);
});

it.concurrent('says which option is wrong', () => {
  expect(parseOptions([])).toMatchObject({ users: 100, room: 10, seconds: 10, url: undefined });
  expect(parseOptions(['--url', 'http://localhost:1/']).url).toBe('http://localhost:1');
  for (const args of [
    ['--users', '1'],
    ['--room', 'x'],
    ['--room', '101'],
    ['--url', 'localhost'],
  ])
    expect(() => parseOptions(args)).toThrow(`${args[0]} ${args[1]} is no `);
  expect(() => parseOptions(['--user', '5'])).toThrow('--user');
});

it.concurrent('keeps an even part of many times', () => {
  const times = createTimes();
  expect(times.quantile(0.5)).toBeNaN();
  for (const time of numbers(250_000)) times.add(time);
  expect(times.count).toBe(250_000);
  expect(times.quantile(0.5) / 125_000).toBeCloseTo(1, 2);
  expect(times.quantile(0.99) / 247_500).toBeCloseTo(1, 2);
});

it.concurrent('says what a message has cost, and how many messages a batch had', () => {
  const times = createTimes();
  const talked = {
    ledgers: new Map(),
    refused: new Map([['no answer', 2]]),
    seconds: 2,
    acknowledged: 1_000,
    answers: times,
    notices: times,
    noticesDue: 0,
  };
  const before = { serverUs: 50_000, databaseUs: 7_000, batches: 10 };
  const after = { serverUs: 150_000, databaseUs: 31_500, batches: 50 };
  expect(report(talked, usedBetween(before, after)).slice(-4)).toEqual([
    'server         100 us CPU a message',
    'database       25 us CPU a message',
    'batches        40, of 25.0 messages',
    'not taken      2: no answer',
  ]);
  const untold = usedBetween(before, { ...after, databaseUs: undefined });
  expect(report(talked, untold).join('\n')).not.toContain('database');
  expect(report(talked, undefined).join('\n')).not.toMatch(/server|database|batches/);
});

it.concurrent(
  'measures a server that runs, and what its members read fits what was acknowledged',
  async () => {
    const app = await startApp();
    const args = ['--url', app.url, '--users', '12', '--room', '4', '--seconds', '1'];
    const { code, output, errors } = await runTool('tools/load.ts', {}, args);
    expect([code, errors]).toEqual([0, '']);
    const acknowledged = Number(/acknowledged +(\d+) messages/.exec(output)?.[1]);
    expect(acknowledged).toBeGreaterThan(0);
    expect(output).toContain(`; ${acknowledged * 4} heard of ${acknowledged * 4}`);
    expect(await app.app.connection.collection('messages').countDocuments()).toBe(acknowledged);
  },
);

it.concurrent('ends with 1 when the database has lost what was acknowledged', async () => {
  const app = await startApp();
  const messages = app.app.connection.collection('messages');
  // The members read only when the talk is over: until then each second message goes.
  const thefts: Promise<unknown>[] = [];
  const thief = setInterval(
    () => thefts.push(messages.deleteMany({ seq: { $gt: 1, $mod: [2, 0] } })),
    20,
  );
  const args = ['--url', app.url, '--users', '4', '--room', '2', '--seconds', '1', '--rate', '50'];
  const { code, errors } = await runTool('tools/load.ts', {}, args);
  clearInterval(thief);
  await Promise.all(thefts);
  expect(code).toBe(1);
  expect(errors).toMatch(/: hole: .*: loss: .*\d+ faults in what the members read\.\n$/s);
});

it.concurrent(
  'starts a server of its own, whose limits refuse nothing, and says what a message costs',
  async () => {
    const args = ['--users', '8', '--room', '2', '--seconds', '1'];
    const { code, output, errors } = await runTool('tools/load.ts', {}, args);
    expect([code, errors]).toEqual([0, '']);
    expect(output).toMatch(/server +[\d,]+ us CPU a message/);
    if (process.platform === 'linux') expect(output).toMatch(/database +[\d,]+ us CPU a message/);
    const [, shown = '', size] = /batches +([\d,]+), of ([\d.]+) messages/.exec(output) ?? [];
    const batches = Number(shown.replaceAll(',', ''));
    const acknowledged = Number(/acknowledged +(\d+) messages/.exec(output)?.[1]);
    expect(batches).toBeGreaterThan(0);
    expect(batches).toBeLessThanOrEqual(acknowledged);
    expect(size).toBe((acknowledged / batches).toFixed(1));
    expect(output).not.toContain('not taken');
  },
);

it.concurrent('says what to do when the server refuses so many', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { code, errors } = await runTool('tools/load.ts', {}, ['--url', app.url]);
  expect([code, errors]).toEqual([69, expect.stringContaining('RATE_LIMIT_FACTOR')]);
  const nowhere = await runTool('tools/load.ts', {}, [
    '--url',
    `http://127.0.0.1:${await freePort()}`,
  ]);
  expect([nowhere.code, nowhere.errors]).toEqual([69, expect.stringContaining('ECONNREFUSED')]);
});
