import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;
type Found<Code extends Issue['code']> = Extract<Issue, { readonly code: Code }>;

/**
 * What is wrong with a value, in words that say what to send instead: for every schema that has no
 * sentence of its own. Given to the parser, since only then the value is still at hand.
 */
export function sentenceOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindOf(issue)}`;
    case 'too_small':
      return sizeOf(issue, Number(issue.minimum), issue.inclusive ? 'at least' : 'more than');
    case 'too_big':
      return sizeOf(issue, Number(issue.maximum), issue.inclusive ? 'at most' : 'less than');
    case 'invalid_format':
      return formats[issue.format] ?? 'does not have the right form';
    case 'invalid_value':
      return oneOf(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'is not known: leave it out';
    default:
      return 'is not valid';
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};

/** A parameter of a query that is given twice is a list. */
const kindOf = ({ expected, input }: Found<'invalid_type'>): string =>
  expected === 'string' && Array.isArray(input)
    ? 'one string, not a list'
    : (kinds[expected] ?? expected);

const formats: Readonly<Record<string, string>> = {
  email: 'must be an e-mail address',
  url: 'must be a URL',
  uuid: 'must be a UUID',
  datetime: 'must be a moment such as 2026-01-31T12:00:00.000Z',
};

/** The size that a value must have: characters, items, or the number itself. */
function sizeOf(
  { origin }: Found<'too_small' | 'too_big'>,
  bound: number,
  relation: string,
): string {
  if (origin === 'string') return `must have ${relation} ${counted(bound, 'character')}`;
  if (origin === 'array' || origin === 'set')
    return `must have ${relation} ${counted(bound, 'item')}`;
  return `must be ${relation} ${bound}`;
}

const counted = (count: number, thing: string): string =>
  `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;

function oneOf({ input, values }: Found<'invalid_value'>): string {
  if (input === undefined) return 'is missing';
  const names = values.map((value) => JSON.stringify(value));
  return names.length === 1 ? `must be ${names[0]}` : `must be one of ${names.join(', ')}`;
}
