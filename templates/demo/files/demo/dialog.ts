import { h, opensKeyboard } from './dom.ts';
import { iconButton } from './look.ts';

/**
 * Opens a dialog over the page; the browser keeps the focus in it and gives it back at the end. It begins
 * in its first field, or with its title: on a button, the space of a writer would press it.
 */
export function openDialog(title: string, ...content: readonly Node[]): HTMLDialogElement {
  const close = (): void => dialog.close();
  const heading = h('h2', { id: 'dialog-title', dir: 'auto', tabindex: '-1' }, title);
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title', closedby: 'any' },
    h('header', { class: 'dialog-bar' }, heading, iconButton('close', 'Close', close)),
    ...content,
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  const field = dialog.querySelector<HTMLElement>('[autofocus], input, textarea');
  const isSearch = field?.matches('[type=search]') ?? false;
  (isSearch && opensKeyboard() ? heading : (field ?? heading)).focus();
  return dialog;
}
