/** What stands before one of the answers to choose from, and what it does. */
export interface Choice {
  readonly value: unknown;
  readonly label: string;
  /** One line that says what it means. */
  readonly line?: string | undefined;
  /** What choosing it brings, for the margin. */
  readonly margin?: string | undefined;
  /** The heading it stands under. */
  readonly group?: string | undefined;
  /** Why it cannot be chosen. */
  readonly disabled?: string | undefined;
}

interface Common {
  readonly message: string;
  /** Lines to read before the answer. */
  readonly details?: readonly string[] | undefined;
}

/** A line of text. */
export interface TextForm extends Common {
  readonly kind: 'text';
  readonly default?: string | undefined;
  /** Nothing of it may be seen. */
  readonly hidden?: boolean | undefined;
  /** What is wrong with an answer, or undefined. */
  readonly check: (text: string) => Promise<string | undefined>;
}

/** One of several. */
export interface OneForm extends Common {
  readonly kind: 'one';
  readonly choices: readonly Choice[];
  readonly default?: unknown;
}

/** Some of several. */
export interface ManyForm extends Common {
  readonly kind: 'many';
  readonly choices: readonly Choice[];
  readonly default: readonly unknown[];
  readonly check: (values: readonly unknown[]) => Promise<string | undefined>;
}

/** What can be asked. */
export type Form = TextForm | OneForm | ManyForm;

/** Stands for an answer: the person wants the question before. */
export const BACK = Symbol('back');

/** How questions reach a person. */
export interface Asker {
  /**
   * Asks until there is an answer.
   * @throws CreateError ABORTED when the person, or the signal, ends it.
   */
  readonly ask: (form: Form, canGoBack: boolean) => Promise<unknown>;
  /** The last answer does not hold any more: its question comes again. */
  readonly takeBack: () => void;
  readonly close: () => void;
}

/** The heading that stands before a choice: that of its group, where the group begins. */
export function headingOf(choices: readonly Choice[], index: number): string | undefined {
  const group = choices[index]?.group;
  return group === choices[index - 1]?.group ? undefined : group;
}

/** Yes or no. */
export function yesOrNo(message: string, fallback: boolean): OneForm {
  return {
    kind: 'one',
    message,
    choices: [
      { value: true, label: 'Yes' },
      { value: false, label: 'No' },
    ],
    default: fallback,
  };
}
