import type { RunContext } from '../context.ts';
import type { Known, Question } from './converse.ts';
import { optionProblem } from '../options/option-value.ts';
import { DEFAULTS, optionOf } from '../options/options.ts';
import type { OptionKey } from '../options/options.ts';
import { messageOf, packageNameQuestion } from './place-questions.ts';
import { confirmed } from './project-questions.ts';
import { yesOrNo } from './question.ts';
import { wordsOf } from './summary.ts';
import { parsePort } from '../options/values.ts';

/** The questions that few people need to be asked, behind one that offers them. */
export function settingQuestions(run: RunContext): readonly Question[] {
  const settings: readonly Question[] = [
    setting('port', { value: (text) => parsePort(String(text)) ?? Number.NaN }),
    setting('description'),
    setting('author'),
    setting('databaseUri'),
    { ...confirmed('verify', DEFAULTS.verify), when: ({ install }) => install !== false },
    packageNameQuestion(run, () => true),
  ];
  const message = 'More settings?';
  const isLeft = (known: Known): boolean => settings.some(({ name }) => known[name] === undefined);
  return [
    {
      name: 'more',
      message,
      when: isLeft,
      form: (known) => ({ ...yesOrNo(message, false), details: [namesOf(settings, known)] }),
    },
    ...settings.map((question) => ({
      ...question,
      when: (known: Known) => wanted(known) && question.when?.(known) !== false,
    })),
  ];
}

function namesOf(settings: readonly Question[], known: Known): string {
  const left = settings.filter(
    ({ name, when }) => known[name] === undefined && when?.(known) !== false,
  );
  return left.map(({ name }) => wordsOf(name as OptionKey)).join(', ');
}

const wanted = ({ more }: Known): boolean => more === true;

/** The question for an option that is a text, or is typed as one; an empty answer says nothing. */
function setting(
  key: 'port' | 'description' | 'author' | 'databaseUri',
  { value = (answer: unknown) => answer }: Pick<Question, 'value'> = {},
): Question {
  const option = optionOf(key);
  const message = messageOf(key);
  const check = async (text: string): Promise<string | undefined> => {
    const problem = text === '' ? undefined : optionProblem(option, value(text));
    return problem === undefined ? undefined : `this ${problem}`;
  };
  return {
    name: key,
    message,
    value,
    form: () => ({
      kind: 'text',
      message,
      default: String(DEFAULTS[key]),
      hidden: option.secret,
      check,
    }),
  };
}
