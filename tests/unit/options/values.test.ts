import { describe, expect, it } from 'vitest';
import {
  databaseUriProblem,
  parsePort,
  portProblem,
  textProblem,
} from '../../../src/options/values.ts';

describe('parsePort', () => {
  it.each([
    ['1', 1],
    ['3000', 3000],
    ['65535', 65_535],
  ])('understands %s', (text, port) => {
    expect(parsePort(text)).toBe(port);
  });

  it.each(['', '0', '65536', '-1', '+1', '1.0', '1e3', '0x50', ' 80', '3000abc', '３０００'])(
    'A42 does not understand %j',
    (text) => {
      expect(parsePort(text)).toBeUndefined();
    },
  );
});

describe('portProblem', () => {
  it.each([0, 65_536, 1.5, Number.NaN, Infinity])('refuses %d', (port) => {
    expect(portProblem(port)).toBeDefined();
  });
});

describe('textProblem', () => {
  it.each(['', "it's 100 %", '👩‍👩‍👧', 'x'.repeat(200), '👍'.repeat(200)])('takes %j', (text) => {
    expect(textProblem(text)).toBeUndefined();
  });

  it.each(['a\nb', 'a\0b', 'a\u2029b', '\ud800', 'a\u2066b', '\u001B[31m', 'x'.repeat(201)])(
    'A53 refuses %j',
    (text) => {
      expect(textProblem(text)).toBeDefined();
    },
  );
});

describe('databaseUriProblem', () => {
  it.each([
    'mongodb://localhost',
    'mongodb://localhost/',
    'mongodb://localhost:27017/chat',
    'mongodb://a:b@one:1,two:2,three:3/chat?replicaSet=rs0',
    'mongodb+srv://cluster.example/chat',
    `mongodb://localhost/${'x'.repeat(63)}`,
  ])('takes %s', (uri) => {
    expect(databaseUriProblem(uri)).toBeUndefined();
  });

  it.each([
    'localhost',
    'http://localhost/chat',
    'mongodb://',
    'mongodb:///chat',
    'mongodb://localhost/a.b',
    'mongodb://localhost/a%2Eb',
    'mongodb://localhost/%zz',
    'mongodb://a"b\'c`d@localhost/chat',
    `mongodb://localhost/${'x'.repeat(64)}`,
    'mongodb://localhost/\nchat',
  ])('A58 refuses %j', (uri) => {
    expect(databaseUriProblem(uri)).toBeDefined();
  });

  it('A57 never repeats what it was given', () => {
    expect(databaseUriProblem('mongodb://ada:hunter2@host/a.b')).not.toMatch(/hunter2|ada|host\b/);
  });
});
