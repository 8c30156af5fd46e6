import { h } from './dom.ts';
import { iconButton } from './look.ts';

/** Opens a dialog over the page; the browser keeps the focus in it and gives it back at the end. */
export function openDialog(title: string, ...content: readonly Node[]): HTMLDialogElement {
  const close = (): void => dialog.close();
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title', closedby: 'any' },
    h(
      'header',
      { class: 'dialog-bar' },
      h('h2', { id: 'dialog-title', dir: 'auto' }, title),
      iconButton('close', 'Close', close),
    ),
    ...content,
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
