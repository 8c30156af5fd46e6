import { downloadUrl } from '../client/attachments.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { openDialog } from './dialog.ts';
import { h } from './dom.ts';
import { fileCard, sizeOf } from './file-card.ts';
import type { Page, Place } from './part.ts';

type Where = Pick<MessageView, 'conversationId' | 'id'>;
type Attachment = NonNullable<MessageView['attachments']>[number];

/** What browsers show by themselves. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
/** A picture is asked for when it is this near to what is seen. */
const nearMargin = '200px';

/** Draws what messages hold: pictures as such, everything else by its name and size. */
export function createAttachmentViews(page: Page) {
  const { api } = page.model;
  // A line that is drawn anew keeps its picture, whose address is good for a minute only.
  const shown = new Map<string, HTMLElement>();
  const wanted = new WeakMap<Element, () => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        wanted.get(target)?.();
      }
    },
    { rootMargin: nearMargin },
  );

  function download(where: Where, file: Attachment): void {
    void page.attempt(async () => {
      const url = await downloadUrl(api, where, file.id);
      h('a', { href: url, download: file.name }).click();
    });
  }

  const drawFile = (where: Where, file: Attachment): HTMLElement =>
    fileCard(
      file.name,
      sizeOf(file.bytes),
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          'aria-label': `Download ${file.name}`,
          'data-name': `download ${file.id}`,
          click: () => download(where, file),
        },
        'Download',
      ),
    );

  function drawPicture(where: Where, file: Attachment): HTMLElement {
    const { name, width = 0, height = 0 } = file;
    const image = h('img', { alt: name, width: String(width), height: String(height) });
    const button = h(
      'button',
      {
        type: 'button',
        class: 'picture',
        'data-name': `picture ${file.id}`,
        click: () => open(where, file, image),
      },
      image,
    );
    const root = h('div', { class: 'frame' }, button);
    // A picture that cannot be shown can still be saved.
    const showFile = (): void => root.replaceChildren(drawFile(where, file));
    image.addEventListener('error', showFile);
    wanted.set(root, () => {
      downloadUrl(api, where, file.id)
        .then((url) => (image.src = url))
        .catch(showFile);
    });
    observer.observe(root);
    return root;
  }

  /** The picture as large as it fits. */
  function open(where: Where, file: Attachment, image: HTMLImageElement): void {
    const large = image.cloneNode() as HTMLImageElement;
    const save = h('button', { class: 'primary', click: () => download(where, file) }, 'Download');
    const dialog = openDialog(
      file.name,
      large,
      h('div', { class: 'buttons' }, h('span', { class: 'hint' }, sizeOf(file.bytes)), save),
    );
    dialog.classList.add('viewer');
  }

  return (where: Where, files: readonly Attachment[], place: Place): HTMLElement =>
    h(
      'div',
      { class: 'files' },
      ...files.map((file) => {
        if (!pictures.has(file.type)) return drawFile(where, file);
        const key = `${place} ${file.id}`;
        const known = shown.get(key) ?? drawPicture(where, file);
        shown.set(key, known);
        return known;
      }),
    );
}
