import * as fc from 'fast-check';

/**
 * How often a property is tried; `PROPERTY_RUNS=5000 npx vitest run` looks longer. What fails names its
 * seed and its path, with which fast-check repeats it.
 */
export const runs = (count = 100): { readonly numRuns: number } => ({
  numRuns: Number(process.env['PROPERTY_RUNS'] ?? count),
});

const specialKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toJSON',
  'then',
  'length',
  '$ne',
  '$where',
  '_id',
  'a.b',
  '',
];
const numbers = ['0', '-0', '-1', '1.5', '1e309', '-1e309', '1e-400', '9007199254740993', '2e308'];
const texts = ['', '\u0000', '\ud800', '\u202e', 'null', '[object Object]', '$gt', '0'.repeat(24)];

const key = fc.oneof(fc.constantFrom(...specialKeys), fc.string({ maxLength: 8 }));
const text = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ minLength: 60, maxLength: 300 }),
);
const leaf = fc.oneof(
  fc.constantFrom('null', 'true', 'false', ...numbers),
  fc.double().map((number) => JSON.stringify(number)),
  text.map((value) => JSON.stringify(value)),
);

/** Any JSON text, up to twelve levels deep, with keys and numbers at the edges of what there is. */
export const jsonText = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 12, depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map(
        (members) =>
          `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`,
      ),
  ),
})).value;

/** Packets that are nearly right: what a client sends, changed at a place or two. */
const seeds = [
  '0',
  '40',
  '40{"token":"x"}',
  '40/admin,',
  '41',
  '42["message:send",{}]',
  '421["conversation:heads",{}]',
  '429999999999999999999["a"]',
  '42["a"',
  '42{}',
  '42[]',
  '42[null]',
  '430[]',
  '44',
  '451-["a",{"_placeholder":true,"num":0}]',
  '4510-["a"]',
  '461-0["a"]',
  '47',
  '42["connect"]',
  '42["disconnecting"]',
  '42["__proto__"]',
  '2probe',
];
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.nat(30),
    fc.nat(2),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  .map(
    ([seed, place, removed, added]) => seed.slice(0, place) + added + seed.slice(place + removed),
  );
const composed = fc
  .tuple(
    fc.constantFrom('0', '1', '2', '3', '4', '4', '4', '4', '5', '6', '9', ''),
    fc.constantFrom('0', '1', '2', '2', '2', '3', '4', '5', '6', '7', ''),
    fc.constantFrom('', '', '1-', '10-', '11-', '-', '1e9-'),
    fc.constantFrom('', '', '/,', '/admin,', '/x'),
    fc.constantFrom('', '0', '7', '18446744073709551616', '-1'),
    fc.oneof(
      jsonText,
      fc.tuple(key, jsonText).map(([name, value]) => `[${JSON.stringify(name)},${value}]`),
    ),
  )
  .map((fields) => fields.join(''));

/** Frames below Socket.IO: text and binary, right, nearly right and wrong. */
export const packet: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { arbitrary: composed, weight: 3 },
  { arbitrary: mutated, weight: 3 },
  { arbitrary: fc.uint8Array({ maxLength: 64 }), weight: 1 },
);
