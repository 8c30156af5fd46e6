import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isTabKey,
  isUpKey,
  useEffect,
  useKeypress,
  useState,
} from '@inquirer/core';
import { cursorPlace } from '../terminal/cursor-report.ts';
import { BACK } from './question.ts';
import type { ManyForm, OneForm, TextForm } from './question.ts';
import type { Chosen, Typed } from './form-drawing.ts';

/** What a prompt asks, and what shows it whenever it changes: the prompt itself writes nothing. */
interface Shown<Form, State> {
  readonly form: Form;
  readonly show: (state: State) => void;
  readonly canGoBack: boolean;
  /** What Ctrl-Z does. */
  readonly suspend: () => void;
}

type Key = Parameters<Parameters<typeof useKeypress>[0]>[0];
type Line = Parameters<Parameters<typeof useKeypress>[0]>[1];

/** Asks for a line of text. */
export const promptText = createPrompt<unknown, Shown<TextForm, Typed>>(
  ({ form, show, canGoBack, suspend }, done) => {
    const [typed, setTyped] = useState<Typed>({ text: '', cursor: 0 });
    const [isChecking, setChecking] = useState(false);
    useSuspending(suspend);
    const accept = async (line: Line): Promise<void> => {
      const text = typed.text || (form.default ?? '');
      setChecking(true);
      const problem = await form.check(text);
      setChecking(false);
      if (problem === undefined) return done(text);
      // Enter has emptied the line.
      line.write(typed.text);
      setTyped({ ...typed, cursor: typed.text.length, problem });
    };
    useKeys(async (key, line) => {
      if (isChecking) return;
      if (canGoBack && isBackKey(key, typed.text === '')) return done(BACK);
      if (isEnterKey(key)) return accept(line);
      if (isTabKey(key)) {
        line.clearLine(0);
        line.write(typed.text || (form.default ?? ''));
      }
      setTyped({
        text: line.line,
        cursor: (line as unknown as { readonly cursor: number }).cursor,
      });
    });
    if (!isChecking) show(typed);
    return '';
  },
);

/** Asks for one of several. */
export const promptOne = createPrompt<unknown, Shown<OneForm, Chosen>>(
  ({ form, show, canGoBack, suspend }, done) => {
    const { choices } = form;
    const [active, setActive] = useState(firstOf(form));
    useSuspending(suspend);
    useKeys((key, line) => {
      line.clearLine(0);
      if (canGoBack && isBackKey(key, true)) done(BACK);
      else if (isEnterKey(key)) done(choices[active]!.value);
      else setActive(moved(key, active, choices));
    });
    show({ active });
    return '';
  },
);

/** Asks for some of several. */
export const promptMany = createPrompt<unknown, Shown<ManyForm, Chosen>>(
  ({ form, show, canGoBack, suspend }, done) => {
    const { choices } = form;
    const [active, setActive] = useState(0);
    const [problem, setProblem] = useState<string | undefined>(undefined);
    const [checked, setChecked] = useState<ReadonlySet<number>>(
      new Set(choices.flatMap(({ value }, index) => (form.default.includes(value) ? [index] : []))),
    );
    useSuspending(suspend);
    useKeys(async (key, line) => {
      line.clearLine(0);
      if (canGoBack && isBackKey(key, true)) return done(BACK);
      if (isEnterKey(key)) {
        const values = choices.flatMap(({ value }, index) => (checked.has(index) ? [value] : []));
        const found = await form.check(values);
        return found === undefined ? done(values) : setProblem(found);
      }
      setProblem(undefined);
      if (isSpaceKey(key)) setChecked(toggled(checked, [active]));
      else if (key.name === 'a') setChecked(all(checked, choices.length));
      else setActive(moved(key, active, choices));
    });
    show({ active, checked, problem });
    return '';
  },
);

/** What the terminal says of its cursor is no key of a person. */
function useKeys(handle: Parameters<typeof useKeypress>[0]): void {
  useKeypress((key, line) => {
    if (cursorPlace(key as { readonly sequence?: string }) === undefined) return handle(key, line);
  });
}

// As the library does it, the question would not come back, and a shell would wait for npx.
function useSuspending(suspend: () => void): void {
  useEffect((line) => {
    line.on('SIGTSTP', suspend);
    return () => line.removeListener('SIGTSTP', suspend);
  }, []);
}

function isBackKey({ name }: Key, isFree: boolean): boolean {
  return name === 'escape' || (isFree && name === 'left');
}

function firstOf({ choices, default: fallback }: OneForm): number {
  const wanted = choices.findIndex(({ value, disabled }) => value === fallback && !disabled);
  return wanted === -1 ? choices.findIndex(({ disabled }) => !disabled) : wanted;
}

/** The choice after a key: the next one, the one before, or the next whose label begins with it. */
function moved(key: Key, active: number, choices: OneForm['choices']): number {
  const step = isDownKey(key) ? 1 : isUpKey(key) ? -1 : 0;
  const isWanted = (index: number): boolean => {
    const { disabled, label } = choices[index]!;
    return disabled === undefined && (step !== 0 || label.toLowerCase().startsWith(key.name));
  };
  if (step === 0 && !/^[a-z]$/.test(key.name)) return active;
  for (let count = 1; count <= choices.length; count += 1) {
    const index = (active + count * (step || 1) + choices.length * count) % choices.length;
    if (isWanted(index)) return index;
  }
  return active;
}

function toggled(checked: ReadonlySet<number>, indexes: readonly number[]): ReadonlySet<number> {
  const next = new Set(checked);
  for (const index of indexes) if (!next.delete(index)) next.add(index);
  return next;
}

function all(checked: ReadonlySet<number>, count: number): ReadonlySet<number> {
  return checked.size === count
    ? new Set()
    : new Set(Array.from({ length: count }, (_, index) => index));
}
