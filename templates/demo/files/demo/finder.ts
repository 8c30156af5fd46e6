import { field, h } from './dom.ts';
import { explain } from './words.ts';

/** Something that a search found. */
export interface Found {
  readonly lines: readonly Node[];
  /** What choosing it does. */
  choose(): Promise<unknown>;
}

/** A pause in the typing that starts a search, in milliseconds. */
const pauseMs = 300;

/** A field that searches while something is typed, and the list of what it found. */
export function createFinder(
  label: string,
  search: (text: string) => Promise<readonly Found[] | string>,
  placeholder = label,
): HTMLElement {
  const [labelled, input] = field(label, {
    type: 'search',
    autocomplete: 'off',
    placeholder,
    input: () => void find(),
    keydown: (event) => {
      if ((event as KeyboardEvent).key === 'Escape') clear();
    },
  });
  labelled.firstElementChild?.classList.add('spoken');
  const status = h('p', { class: 'hint', role: 'status' });
  const results = h('ul', { class: 'results' });
  let turn = 0;

  function clear(): void {
    turn += 1;
    input.value = '';
    status.textContent = '';
    results.replaceChildren();
  }

  async function choose(found: Found): Promise<void> {
    clear();
    try {
      await found.choose();
    } catch (error) {
      status.textContent = explain(error);
    }
  }

  async function find(): Promise<void> {
    const own = ++turn;
    const text = input.value.trim();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (own !== turn) return;
    if (text === '') return clear();
    try {
      const found = await search(text);
      if (own === turn) show(found);
    } catch (error) {
      if (own === turn) show(explain(error));
    }
  }

  function show(found: readonly Found[] | string): void {
    const items = typeof found === 'string' ? [] : found;
    status.textContent =
      typeof found === 'string' ? found : `${items.length === 0 ? 'Nothing' : items.length} found`;
    results.replaceChildren(
      ...items.map((item) =>
        h(
          'li',
          {},
          h(
            'button',
            { type: 'button', class: 'row', click: () => void choose(item) },
            ...item.lines,
          ),
        ),
      ),
    );
  }

  return h('div', { class: 'finder', role: 'search' }, labelled, status, results);
}
