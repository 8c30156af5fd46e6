import { h } from './dom.ts';
import { icon, type Picture } from './look.ts';

/** A menu, what stands above it and the bar over the messages are lower than this, in pixels. */
const roomPx = 260;
const marginPx = 8;

/**
 * A button that opens a menu, which is drawn when it is wanted; Escape and leaving it close it. `toggled`
 * hears of both.
 */
export function createMenu(
  label: string,
  picture: Picture,
  draw: (close: () => void) => readonly HTMLElement[],
  toggled: () => void = () => {},
): HTMLDetailsElement {
  const attributes = { 'aria-label': label, title: label, 'data-name': label };
  const summary = h('summary', attributes, icon(picture));
  // A press of the mouse leaves the focus where it is: not everything that is pressed would take it.
  const panel = h('div', { class: 'actions', mousedown: (event) => event.preventDefault() });
  const details = h(
    'details',
    {
      class: 'menu',
      // Before it opens, so that the next press of a key finds something in it.
      click: (event) => {
        if (summary.contains(event.target as Node) && !details.open) open();
      },
      toggle: () => {
        if (details.open) keepInView(panel);
        toggled();
      },
      keydown: (event) => onKey(event as KeyboardEvent),
      focusout: (event) => {
        const next = (event as FocusEvent).relatedTarget as Node | null;
        if (!details.contains(next)) details.open = false;
      },
    },
    summary,
    panel,
  );

  function close(): void {
    const hadFocus = panel.contains(document.activeElement);
    details.open = false;
    if (hadFocus) summary.focus();
  }

  function onKey(event: KeyboardEvent): void {
    if (!details.open) return;
    const { key, target } = event;
    const isArrow = key === 'ArrowDown' || key === 'ArrowUp';
    // The arrows go through a group of choices by themselves.
    if (isArrow && !(target as Element).matches('input')) step(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Escape') {
      details.open = false;
      summary.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** From what has the focus to the next row of the menu. */
  function step(by: number): void {
    const rows = [...panel.children];
    const next = rows[rows.findIndex((row) => row.contains(document.activeElement)) + by];
    const first = next?.querySelector('input:checked') ?? next?.querySelector('button, input');
    const target = next?.matches('button') ? next : first;
    ((target ?? (by < 0 ? summary : null)) as HTMLElement | null)?.focus();
  }

  function open(): void {
    panel.replaceChildren(...draw(close));
    // Where there is room: above it, or below the first lines.
    details.classList.toggle('below', summary.getBoundingClientRect().top < roomPx);
  }

  return details;
}

/** An entry of a menu. */
export const entry = (label: string, run: () => void): HTMLButtonElement =>
  h('button', { type: 'button', click: run }, label);

/** However near to an edge its button stands: what is beside the messages would cover it. */
function keepInView(panel: HTMLElement): void {
  panel.style.translate = '';
  const view = (panel.closest('.scroll') ?? document.documentElement).getBoundingClientRect();
  const { left, right } = panel.getBoundingClientRect();
  const over = Math.max(0, right + marginPx - view.right);
  const shift = Math.max(0, view.left + marginPx - left) - over;
  if (shift !== 0) panel.style.translate = `${shift}px`;
}
