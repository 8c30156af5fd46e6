import { BACK } from './question.ts';
import type { Asker, Form } from './question.ts';

/** What is known so far: what was given, and what was answered. */
export type Known = Readonly<Record<string, unknown>>;

/** One question of a conversation. */
export interface Question {
  /** The option that it answers, or what later questions call its answer. */
  readonly name: string;
  readonly message: string;
  /** Whether it is asked at all, after what is known. */
  readonly when?: (known: Known) => boolean | Promise<boolean>;
  readonly form: (known: Known) => Form | Promise<Form>;
  /** What an answer means. */
  readonly value?: (answer: unknown) => unknown;
}

interface Answered {
  readonly index: number;
  readonly answer: unknown;
}

/**
 * Asks each question whose answer is not known, in their order. Who goes back is asked the question
 * before again, with the answer it had as its default; before the first one asked stands the first.
 * @param open makes the asker, when the first question comes.
 */
export async function converse(
  questions: readonly Question[],
  given: Known,
  open: () => Promise<Asker>,
): Promise<Known> {
  const known: Record<string, unknown> = { ...given };
  const remembered = new Map<string, unknown>();
  const before: Answered[] = [];
  let asker: Asker | undefined;
  try {
    for (let index = 0; index < questions.length;) {
      const question = questions[index]!;
      const { name } = question;
      if (known[name] !== undefined || (await question.when?.(known)) === false) {
        index += 1;
        continue;
      }
      asker ??= await open();
      const form = withDefault(await question.form(known), remembered.get(name));
      const answer = await asker.ask(form, before.length > 0);
      if (answer !== BACK) {
        before.push({ index, answer });
        known[name] = question.value?.(answer) ?? answer;
        index += 1;
        continue;
      }
      const last = before.pop();
      if (last) asker.takeBack();
      index = last?.index ?? 0;
      const again = questions[index]!.name;
      remembered.set(again, last?.answer ?? known[again]);
      delete known[again];
    }
    return known;
  } finally {
    asker?.close();
  }
}

function withDefault(form: Form, answer: unknown): Form {
  const isSecret = form.kind === 'text' && form.hidden === true;
  return answer === undefined || isSecret ? form : ({ ...form, default: answer } as Form);
}
