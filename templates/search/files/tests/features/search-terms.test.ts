import { expect, it } from 'vitest';
import { hasWanted, termsOf, toWanted } from '../../src/backend/search/terms.ts';
import { inTurns } from '../../src/backend/search/turns.ts';
import { searchLimits } from '../../src/configs/search-limits.ts';
import { numbers } from '../support/node.ts';

const finds = (query: string, text: string): boolean => hasWanted(text, toWanted(query));
const why = (query: string): string => {
  try {
    toWanted(query);
    return '';
  } catch (error) {
    return JSON.stringify((error as { details: object }).details);
  }
};

it('S66 words count without capitals, diacritics and what cannot be seen', () => {
  const same: [string, string][] = [
    ['zurich', 'Zürich'],
    ['ZÜRICH', 'zu\u0308rich'],
    ['Ελλάδα', 'ΕΛΛΑΔΑ'],
    ['οδός', 'ΟΔΟΣ'],
    ['file', 'ﬁle'],
    ['2', '²'],
    ['example', 'ex\u00adam\u200bple'],
    ['й', 'и\u0306'],
    ['한국', '한국'.normalize('NFD')],
    ['ｶﾀ', 'カタカナ'],
    ['tomorrow see', 'See you, tomorrow!'],
  ];
  for (const [query, text] of same)
    expect([query, text, finds(query, text)]).toEqual([query, text, true]);
  for (const [query, text] of [
    ['zur', 'Zürich'],
    ['rich', 'Zürich'],
    ['see never', 'See you'],
  ] as const)
    expect([query, text, finds(query, text)]).toEqual([query, text, false]);
});

it('S66 writings without spaces are found by pairs of characters', () => {
  for (const [query, text] of [
    ['東京', '私は東京都に住んでいます'],
    ['住んで', '私は東京都に住んでいます'],
    ['天气', '今天天气很好'],
    ['국어', '한국어를 배워요'],
    ['ราคา', 'ขอทราบราคาสินค้า'],
    ['本', '本 2冊'],
  ] as const)
    expect([query, finds(query, text)]).toEqual([query, true]);
  expect(finds('京東', '私は東京都に住んでいます')).toBe(false);
  expect(termsOf('abc東京都xy7')).toEqual(['abc', '東京', '京都', 'xy7']);
});

it('S66 a star behind the last word finds what begins with it, and nothing else is an operator', () => {
  for (const [query, text, isFound] of [
    ['hik*', 'a hike', true],
    ['hik*', 'hik', true],
    ['hiki*', 'hiking', true],
    ['hiki*', 'hike', false],
    ['lake hik*', 'hiking to the lake', true],
    ['lake* hike', 'the lakes, a hike', false],
    ['lake * hike', 'lake hike', true],
    ['-lake', 'the lake', true],
    ['"the lake"', 'lake the', true],
    ['lake OR hill', 'the lake', false],
    ['$where', 'where', true],
    ['la.e', 'lake', false],
    ['^hik', 'hiking', false],
  ] as const)
    expect([query, text, finds(query, text)]).toEqual([query, text, isFound]);
});

it('S66 a query without words, with too many, or with too short a beginning says what to send', () => {
  expect(why('!?')).toContain('a letter or a digit');
  expect(why('hi*')).toContain('at least 3 letters or digits');
  expect(why(numbers(searchLimits.words + 1).join(' '))).toContain('at most 8 words');
  expect(why(numbers(searchLimits.words).join(' '))).toBe('');
});

it('S66 what is long is cut in messages and in queries alike, and a message has a bounded number of terms', () => {
  const long = 'ä'.repeat(searchLimits.termCharacters + 5);
  expect(finds(long, long)).toBe(true);
  expect(termsOf(long)[0]).toBe('a'.repeat(searchLimits.termCharacters));
  expect(termsOf(numbers(1_000).join(' '))).toHaveLength(searchLimits.termsPerMessage);
  expect(termsOf('東'.repeat(3) + '京都'.repeat(2_000)).length).toBeLessThan(6);
});

it('what one message costs is bounded: behind so much of a decomposed text nothing is looked for', () => {
  const expanding = '\ufdfa'; // one letter, decomposed four words
  expect(termsOf(`${expanding} needle`)).toContain('needle');
  expect(termsOf(`${expanding.repeat(3_990)} needle`)).not.toContain('needle');
  for (const letter of ['각', 'ǘ', '𝔸', 'ﬃ'])
    expect(termsOf(`${letter.repeat(3_990)} needle`)).toContain('needle');
});

it('what many messages cost holds up nobody: others have their turn in between', async () => {
  let turns = 0;
  const work = (number: number): number => {
    const end = performance.now() + searchLimits.turnMs;
    setImmediate(() => (turns += 1));
    while (performance.now() < end);
    return number;
  };
  expect(await inTurns(numbers(5), work)).toEqual(numbers(5));
  expect(turns).toBeGreaterThanOrEqual(4);
});
