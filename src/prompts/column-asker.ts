import { Writable } from 'node:stream';
import { Column } from '../terminal/column.ts';
import type { Block, Screen } from '../terminal/column.ts';
import { promptMany, promptOne, promptText } from './column-prompts.ts';
import { drawAnswer, drawTitle } from './drawing.ts';
import { answerWords, drawChoices, drawText, hintOf } from './form-drawing.ts';
import type { Chosen, Typed } from './form-drawing.ts';
import type { Look } from '../terminal/look.ts';
import { BACK } from './question.ts';
import type { Asker, Form } from './question.ts';
import type { Suspensions } from '../terminal/suspensions.ts';

/** What an asker needs of the terminal. */
export interface Terminal {
  readonly screen: Screen;
  readonly input: NodeJS.ReadStream;
  readonly look: Look;
  readonly signal: AbortSignal | undefined;
  readonly suspensions: Suspensions;
}

/** Asks in one connected column, with keys; what is answered stays above as one line. */
export class ColumnAsker implements Asker {
  readonly #terminal: Terminal;
  readonly #column: Column;
  readonly #leave: () => void;
  #isAsking = false;

  constructor(terminal: Terminal, title: string, words: string) {
    this.#terminal = terminal;
    this.#column = new Column(terminal.screen, terminal.input);
    this.#leave = terminal.suspensions.join(this.#column);
    if (title !== '') this.#column.add((size) => drawTitle(title, words, size, terminal.look));
  }

  async ask(form: Form, canGoBack: boolean): Promise<unknown> {
    const { look } = this.#terminal;
    const answer = await this.#prompt(form, hintOf(form, canGoBack, look), canGoBack);
    this.#isAsking = false;
    if (answer === BACK) this.#column.remove(1);
    else {
      const words = answerWords(form, answer, look);
      this.#column.replace((size) => drawAnswer(form.message, words, size, look));
    }
    return answer;
  }

  takeBack(): void {
    this.#column.remove(1);
  }

  close(): void {
    this.#leave();
    this.#column.close();
  }

  #prompt(form: Form, hint: string, canGoBack: boolean): Promise<unknown> {
    const { input, signal, look, suspensions } = this.#terminal;
    const suspend = (): void => suspensions.stop();
    // The column is ours: what the library would write goes nowhere.
    const output = new Writable({ write: (_chunk, _encoding, done) => done() });
    const context = { input, output, ...(signal && { signal }) };
    if (form.kind === 'text') {
      const show = (typed: Typed): void =>
        this.#show((size) => drawText(form, typed, hint, size, look));
      return promptText({ form, show, canGoBack, suspend }, context);
    }
    const show = (chosen: Chosen): void =>
      this.#show((size) => drawChoices(form, chosen, hint, size, look));
    return form.kind === 'one'
      ? promptOne({ form, show, canGoBack, suspend }, context)
      : promptMany({ form, show, canGoBack, suspend }, context);
  }

  #show(block: Block): void {
    if (this.#isAsking) this.#column.replace(block);
    else this.#column.add(block);
    this.#isAsking = true;
  }
}
