import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BACK, headingOf } from './question.ts';
import type { Asker, Choice, Form, ManyForm, OneForm, TextForm } from './question.ts';

/** What this asker needs of the terminal. */
export interface PlainTerminal {
  readonly input: Readable;
  readonly write: (text: string) => unknown;
  readonly signal: AbortSignal | undefined;
}

/** An answer, or what is wrong with it. */
type Understood = { readonly value: unknown } | { readonly problem: string };

const GO_BACK = '<';

/** The person has ended the conversation: the same as in the other way of asking. */
class ExitPromptError extends Error {
  override readonly name = 'ExitPromptError';
}

/**
 * Asks line by line, with numbers for choices: nothing is drawn twice, no key has a meaning of its
 * own, and the terminal edits the line. A screen reader reads it from top to bottom.
 */
export class PlainAsker implements Asker {
  readonly #terminal: PlainTerminal;
  readonly #lines: Interface;
  readonly #typed: string[] = [];
  readonly #onAbort = (): void => this.#lines.close();
  #wake: (() => void) | undefined;
  #isClosed = false;

  constructor(terminal: PlainTerminal, title: string, words: string) {
    this.#terminal = terminal;
    this.#lines = createInterface({ input: terminal.input, terminal: false });
    this.#lines.on('line', (line) => {
      this.#typed.push(line);
      this.#wake?.();
    });
    this.#lines.once('close', () => {
      this.#isClosed = true;
      this.#wake?.();
    });
    terminal.signal?.addEventListener('abort', this.#onAbort);
    if (title === '') return;
    this.#say(title, words);
    this.#say(`Enter takes what stands in brackets, ${GO_BACK} goes back one question.`);
  }

  async ask(form: Form, canGoBack: boolean): Promise<unknown> {
    this.#say('', ...(form.details ?? []), ...questionLines(form));
    for (;;) {
      this.#terminal.write(`${cue(form)}: `);
      const line = (await this.#nextLine()).trim();
      if (line === GO_BACK && canGoBack) return BACK;
      const understood = await understand(form, line);
      if ('value' in understood) return understood.value;
      this.#say(`Not possible: ${understood.problem}`);
    }
  }

  takeBack(): void {
    this.#say('', 'Back to the question before.');
  }

  close(): void {
    this.#terminal.signal?.removeEventListener('abort', this.#onAbort);
    this.#lines.close();
  }

  async #nextLine(): Promise<string> {
    while (this.#typed.length === 0) {
      if (this.#isClosed) {
        this.#say('');
        throw new ExitPromptError('the input has ended');
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#typed.shift() as string;
  }

  #say(...lines: readonly string[]): void {
    this.#terminal.write(lines.map((line) => `${line}\n`).join(''));
  }
}

function questionLines(form: Form): readonly string[] {
  if (form.kind === 'text') return form.hidden ? ['What you type is shown.'] : [];
  const lines = form.choices.flatMap((choice, index) => {
    const heading = headingOf(form.choices, index);
    const line = `${index + 1}. ${choiceWords(form, choice)}`;
    return heading === undefined ? [line] : [`${heading}:`, line];
  });
  return [form.message, ...lines];
}

function choiceWords(
  form: OneForm | ManyForm,
  { value, label, line, margin, disabled }: Choice,
): string {
  const isChosen = form.kind === 'many' && form.default.includes(value);
  return [`${label}${isChosen ? ' (chosen)' : ''}${disabled ?? ''}`, line, margin]
    .filter((text) => text !== undefined && text !== '')
    .join('; ');
}

/** What stands before the cursor: what is asked, and what Enter takes. */
function cue(form: Form): string {
  if (form.kind === 'text') {
    return form.default === undefined || form.default === ''
      ? form.message
      : `${form.message} [${form.default}]`;
  }
  if (form.kind === 'one') return `Number [${numbersOf(form, [form.default])}]`;
  return `Numbers by commas, or none [${numbersOf(form, form.default)}]`;
}

function numbersOf({ choices }: OneForm | ManyForm, values: readonly unknown[]): string {
  const numbers = choices.flatMap(({ value }, index) =>
    values.includes(value) ? [index + 1] : [],
  );
  return numbers.join(',') || 'none';
}

function understand(form: Form, line: string): Promise<Understood> | Understood {
  if (form.kind === 'text') return understandText(form, line);
  return form.kind === 'one' ? understandOne(form, line) : understandMany(form, line);
}

async function understandText(form: TextForm, line: string): Promise<Understood> {
  const text = line === '' ? (form.default ?? '') : line;
  const problem = await form.check(text);
  return problem === undefined ? { value: text } : { problem };
}

function understandOne(form: OneForm, line: string): Understood {
  const { choices } = form;
  const chosen =
    line === '' ? choices.find(({ value }) => value === form.default) : choiceOf(choices, line);
  if (chosen === undefined) return { problem: `type a number from 1 to ${choices.length}` };
  return chosen.disabled === undefined
    ? { value: chosen.value }
    : { problem: `${chosen.label}${chosen.disabled}` };
}

async function understandMany(form: ManyForm, line: string): Promise<Understood> {
  const { choices } = form;
  const named =
    line === 'none' ? [] : line.split(',').map((word) => choiceOf(choices, word.trim()));
  if (line !== '' && named.includes(undefined))
    return { problem: `type numbers from 1 to ${choices.length}, such as 1,2, or none` };
  const values = line === '' ? form.default : named.map((choice) => choice?.value);
  const problem = await form.check(values);
  return problem === undefined ? { value: values } : { problem };
}

/** The choice of that number, or of that name. */
function choiceOf(choices: readonly Choice[], word: string): Choice | undefined {
  const index = /^[0-9]+$/.test(word) ? Number(word) - 1 : -1;
  return choices[index] ?? choices.find(({ label }) => label.toLowerCase() === word.toLowerCase());
}
