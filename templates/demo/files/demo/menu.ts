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
  const summary = h('summary', { 'aria-label': label, title: label }, icon(picture));
  const panel = h('div', { class: 'actions' });
  const close = (): void => void (details.open = false);
  const details = h(
    'details',
    {
      class: 'menu',
      // Before it opens, so that the next press of a key finds something in it.
      click: (event) => {
        if (summary.contains(event.target as Node) && !details.open) open();
      },
      toggle: () => {
        if (details.open) keepOnScreen(panel);
        toggled();
      },
      keydown: (event) => {
        if ((event as KeyboardEvent).key !== 'Escape' || !details.open) return;
        event.stopPropagation();
        close();
        summary.focus();
      },
      focusout: (event) => {
        const next = (event as FocusEvent).relatedTarget as Node | null;
        // A press on something that takes no focus, such as a label, leaves nothing.
        if (next !== null && !details.contains(next)) close();
      },
    },
    summary,
    panel,
  );

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

/** However near to an edge its button stands. */
function keepOnScreen(panel: HTMLElement): void {
  panel.style.translate = '';
  const { left, right } = panel.getBoundingClientRect();
  const over = Math.max(0, right + marginPx - document.documentElement.clientWidth);
  const shift = Math.max(0, marginPx - left) - over;
  if (shift !== 0) panel.style.translate = `${shift}px`;
}
