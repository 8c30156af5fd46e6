import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { OWN_CHOICE } from '../../../src/prompts/choices.ts';
import { toRunContext } from '../../../src/context.ts';
import type { Known } from '../../../src/prompts/converse.ts';
import { drawChoices } from '../../../src/prompts/form-drawing.ts';
import { glyphsOf } from '../../../src/terminal/glyphs.ts';
import { lookOf } from '../../../src/terminal/look.ts';
import { allQuestions } from '../../../src/prompts/prompts.ts';
import type { OneForm } from '../../../src/prompts/question.ts';
import { FEATURES } from '../../support/option-samples.ts';

const LOOK = lookOf(new Chalk({ level: 0 }), glyphsOf({}, 'linux'));
const RUN = toRunContext({ workingDirectory: '/work' });
const BASE = { directory: 'my-app', adapter: 'none', install: false, git: false };

/** The question that confirms the whole, as it stands on the screen. */
async function confirmation(known: Known, columns: number): Promise<readonly string[]> {
  const form = await allQuestions({}, FEATURES, RUN)
    .at(-1)
    ?.form({ ...BASE, ...known });
  return drawChoices(form as OneForm, { active: 0 }, '', { columns, rows: 30 }, LOOK).lines;
}

/** What it says of the features, in one line. */
function featuresIn(lines: readonly string[]): string {
  const text = lines.map((line) => line.slice(1).trim()).join(' ');
  return /Features +(.*) Nodes/.exec(text)?.[1] ?? '';
}

describe.each([80, 40])('the summary at %i columns', (columns) => {
  it.each<[string, Known, string]>([
    ['the core alone', { preset: 'minimal' }, 'none (the core alone)'],
    ['none of those to choose', { preset: OWN_CHOICE, features: [] }, 'none (the core alone)'],
    [
      'a preset',
      { preset: 'standard' },
      '12: account, api-docs, ci, demo, docker, mentions, presence, reactions, receipts, seed, threads, typing',
    ],
    [
      'features one by one',
      { preset: OWN_CHOICE, features: ['typing', 'presence'] },
      '2: presence, typing',
    ],
  ])('names the features of %s', async (_, known, words) => {
    const lines = await confirmation(known, columns);
    expect(featuresIn(lines)).toBe(words);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
  });
});
