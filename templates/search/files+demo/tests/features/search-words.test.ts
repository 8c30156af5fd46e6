import { expect, it } from 'vitest';
import { found, isEnough, mayGoOn, wordsOf } from '../../demo/search-words.ts';

const marked = (text: string, query: string): string[] =>
  found(text, wordsOf(query)).map(({ start, end }) => text.slice(start, end));

it('words without spaces between them are searched from one character on, and marked', () => {
  for (const word of ['猫', '東京', '한글']) {
    const [folded = ''] = wordsOf(word);
    expect([word, isEnough(folded), mayGoOn(folded)]).toEqual([word, true, false]);
  }
  expect(marked('昨日、東京都に行く', '東京')).toEqual(['東京都に行く']);
  expect(marked('오늘 한글날', '한글')).toEqual(['한글날']);
});

it('other words are searched by their beginning, from three characters on', () => {
  expect(['hi', 'hik', 'é'].flatMap(wordsOf).map(isEnough)).toEqual([false, true, false]);
  expect(marked('Hiking by the Zürichsee', 'zur hik')).toEqual(['Hiking', 'Zürichsee']);
  expect(marked('a lakeside, two lakes', 'side')).toEqual([]);
});
