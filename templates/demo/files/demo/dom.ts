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

/** A labelled text field. */
export function field(label: string, attributes: Attributes): [HTMLLabelElement, HTMLInputElement] {
  const input = h('input', attributes);
  return [h('label', { class: 'field' }, h('span', {}, label), input), input];
}

/** Makes the children of a list follow `items`, touching only what is new, changed or moved. */
export function keyed<Item>(
  list: HTMLElement,
  items: readonly Item[],
  key: (item: Item) => string,
  version: (item: Item) => string,
  render: (item: Item) => HTMLElement,
): void {
  const old = new Map(
    [...list.children].map((child) => [(child as HTMLElement).dataset['key'], child]),
  );
  let place: Element | null = list.firstElementChild;
  for (const item of items) {
    let child = old.get(key(item)) as HTMLElement | undefined;
    old.delete(key(item));
    if (child?.dataset['version'] !== version(item)) {
      const next = render(item);
      next.dataset['key'] = key(item);
      next.dataset['version'] = version(item);
      if (child === place) place = place?.nextElementSibling ?? null;
      child?.remove();
      child = next;
    }
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

/** A time of day, or a date when it is not today's. */
export function when(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString([], { day: 'numeric', month: 'short' });
}
