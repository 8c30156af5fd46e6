import { upload } from '../client/attachments.ts';
import { h } from './dom.ts';
import { fileCard, sizeOf } from './file-card.ts';
import { iconButton, type Picture } from './look.ts';
import type { ComposerPart, ComposerPorts, Page } from './part.ts';
import { counted, explain } from './words.ts';

const clip: Picture =
  'M20 11.5l-8.2 8.2a5 5 0 01-7.1-7.1l8.9-8.9a3.4 3.4 0 014.8 4.8l-8.8 8.9a1.7 1.7 0 01-2.4-2.5l7.6-7.5';

/** So many files a message may hold. */
const most = 10;

/** A file on its way, or there. */
interface Item {
  readonly file: File;
  readonly root: HTMLElement;
  readonly ending: AbortController;
  id?: string;
  problem?: string;
}

/** Files of the next message: they are on their way as soon as they are chosen. */
export function createUploads({ model }: Page, ports: ComposerPorts): ComposerPart {
  const { api } = model;
  const list = h('ul', { class: 'uploads', 'aria-label': 'Files' });
  const status = h('p', { class: 'hint', role: 'status' });
  const bar = h('div', { class: 'upload-bar', hidden: true }, list, status);
  const chooser = h('input', { type: 'file', multiple: true, hidden: true, change: choose });
  const button = iconButton(clip, 'Attach files', () => chooser.click());
  let items: readonly Item[] = [];

  function choose(): void {
    take([...(chooser.files ?? [])]);
    chooser.value = '';
    ports.input.focus();
  }

  function take(files: readonly File[]): void {
    status.textContent =
      items.length + files.length > most ? `A message holds at most ${most} files.` : '';
    for (const file of files.slice(0, most - items.length)) void start(file);
  }

  async function start(file: File): Promise<void> {
    const progress = h('progress', {
      max: '1',
      value: '0',
      'aria-label': `Upload of ${file.name}`,
    });
    const cancel = iconButton('close', `Remove ${file.name}`, () => remove(item));
    const card = fileCard(file.name, sizeOf(file.size), cancel);
    const item: Item = {
      file,
      root: h('li', {}, card, progress),
      ending: new AbortController(),
    };
    keep([...items, item]);
    try {
      const { signal } = item.ending;
      const share = (value: number): void => void (progress.value = value);
      item.id = (await upload(api, file, { signal, progress: share })).id;
    } catch (error) {
      if (item.ending.signal.aborted) return;
      item.problem = explain(error);
      item.root.classList.add('failed');
      card.querySelector('.hint')!.textContent = item.problem;
    }
    progress.remove();
    say();
    ports.changed();
  }

  function keep(next: readonly Item[]): void {
    items = next;
    list.replaceChildren(...items.map(({ root }) => root));
    bar.hidden = items.length === 0;
    say();
    ports.changed();
  }

  /** For those who listen: how many are there. */
  function say(): void {
    const there = items.filter(({ id }) => id !== undefined).length;
    if (there > 0) status.textContent = `${counted(there, 'file')} ready`;
    else if (items.length === 0) status.textContent = '';
  }

  /** What is not sent is given back at once. */
  function drop({ ending, id }: Item): void {
    ending.abort();
    if (id !== undefined) void api.call('DELETE', `/uploads/${id}`).catch(() => {});
  }

  function remove(item: Item): void {
    drop(item);
    keep(items.filter((one) => one !== item));
    ports.input.focus();
  }

  return {
    bar,
    tool: h('span', { class: 'attach' }, chooser, button),
    files: take,
    hasContent: () => items.length > 0,
    whyNot() {
      if (items.some(({ problem }) => problem !== undefined))
        return 'A file could not be uploaded: remove it, and the rest can be sent.';
      const isUnderWay = items.some(({ id }) => id === undefined);
      return isUnderWay ? 'Files are still on their way: send when they are there.' : '';
    },
    sent() {
      const ids = items.flatMap(({ id }) => id ?? []);
      keep([]);
      return ids.length > 0 ? { attachments: ids } : {};
    },
    clear() {
      items.forEach(drop);
      keep([]);
    },
  };
}
