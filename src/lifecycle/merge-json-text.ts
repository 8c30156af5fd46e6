import { JsonProblem, parseStrictJson } from '../config-file/strict-json.ts';
import { mergeJson, printJson } from './merge-json.ts';
import type { Json } from './merge-json.ts';
import type { MergedText } from './merge-text.ts';

/** A merged text of JSON, and what of it a person should know. */
export interface MergedJsonText {
  readonly text: string;
  readonly reason?: string;
}

/**
 * Merges JSON by what it says; undefined where one of the texts is not strict JSON. The lines of a
 * text merge without conflicts are kept where they say the same, and with them the owner's spelling.
 */
export function mergeJsonText(
  texts: { readonly base: string; readonly yours: string; readonly template: string },
  lines: MergedText,
): MergedJsonText | undefined {
  const [base, yours, template] = [texts.base, texts.yours, texts.template].map(parsed);
  if (yours === undefined || template === undefined) return undefined;
  const { value, clashes } = mergeJson(base, yours, template);
  const wanted = JSON.stringify(value);
  const isSame = lines.conflicts === 0 && JSON.stringify(parsed(lines.text)) === wanted;
  return {
    text: isSame ? lines.text : printJson(value, texts.yours),
    ...(clashes.length > 0 && { reason: `yours stays: ${clashes.join(', ')}` }),
  };
}

function parsed(text: string): Json | undefined {
  try {
    return parseStrictJson(text) as Json;
  } catch (error) {
    if (error instanceof JsonProblem) return undefined;
    throw error;
  }
}
