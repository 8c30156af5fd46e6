type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | EventListener>>;

/**
 * Makes an element. Text becomes text nodes, never markup; an attribute that is a function becomes a
 * listener, one that is false is left out.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A labelled text field with a line of help. */
export function field(
  label: string,
  attributes: Attributes,
  help?: string,
): [HTMLLabelElement, HTMLInputElement] {
  const input = h('input', attributes);
  const hint = help === undefined ? null : h('small', { class: 'hint' }, help);
  return [h('label', { class: 'field' }, h('span', {}, label), input, hint), input];
}

/** Whether a field that gets the focus brings up a keyboard, which covers half of what is to be read. */
export const opensKeyboard = (): boolean => matchMedia('(pointer: coarse)').matches;

/** Text for those who listen to the page. */
export const spoken = (text: string): HTMLElement => h('span', { class: 'spoken' }, text);

/**
 * Makes the children of a list follow `items`, touching only what is new, changed or moved. One whose
 * menu is open stays as it is until that is closed.
 */
export function keyed<Item extends { readonly key: string; readonly version: string }>(
  list: HTMLElement,
  items: readonly Item[],
  render: (item: Item) => HTMLElement,
): void {
  const children = [...list.children] as HTMLElement[];
  const old = new Map(children.map((child) => [child.dataset['key'], child]));
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const focusedKey = focused?.closest<HTMLElement>('[data-key]')?.dataset['key'];
  let place: Element | null = list.firstElementChild;
  for (const item of items) {
    let child = old.get(item.key);
    old.delete(item.key);
    const isInUse = child?.querySelector('details[open]') != null;
    if (child === undefined || (child.dataset['version'] !== item.version && !isInUse)) {
      const next = render(item);
      next.dataset['key'] = item.key;
      next.dataset['version'] = item.version;
      if (child !== undefined && child === place) place = child.nextElementSibling;
      child?.remove();
      child = next;
    }
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
  if (focusedKey !== undefined) keepFocus(list, focused as HTMLElement, focusedKey);
}

/** Moving or replacing an element takes the focus from it: the one that says the same gets it back. */
function keepFocus(list: HTMLElement, focused: HTMLElement, key: string): void {
  if (document.activeElement === focused) return;
  const child = ([...list.children] as HTMLElement[]).find((one) => one.dataset['key'] === key);
  const others = [...(child?.querySelectorAll<HTMLElement>('button, summary') ?? [])];
  const name = focused.dataset['name'];
  const same = others.find((one) => name !== undefined && one.dataset['name'] === name);
  const next = focused.isConnected ? focused : (same ?? others.at(-1));
  next?.focus({ preventScroll: true });
}
