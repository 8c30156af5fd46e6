import type { Sent } from '../client/outbox.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h } from './dom.ts';
import { icon, iconButton } from './look.ts';
import type { ComposerPart, Page, Place } from './part.ts';

/** Where messages are written, and changed. */
export interface Composer {
  readonly root: HTMLElement;
  /** Belongs to this conversation from now on, or to something in it, with the draft that was left there. */
  show(conversationId: string, about?: string): void;
  edit(message: MessageView): void;
  focus(): void;
  /** Takes files, where a feature has a use for them. */
  readonly take: ((files: readonly File[]) => void) | undefined;
}

/** Where a composer stands, and what it tells. */
interface ComposerPorts {
  readonly label: string;
  readonly place: Place;
  /** What each message from here says besides. */
  fields?(): Sent;
  sent(): void;
  /** The messages that stand above it. */
  messages(): readonly MessageView[];
}

const maxRows = 6;

/** Enter sends, Shift and Enter makes a new line, Arrow up edits the last message, Escape leaves it. */
export function createComposer(page: Page, ports: ComposerPorts): Composer {
  const { model } = page;
  const drafts = new Map<string, string>();
  let conversationId: string | null = null;
  let subject = '';
  let editing: MessageView | null = null;

  const input = h('textarea', {
    rows: '1',
    'aria-label': ports.label,
    placeholder: ports.label,
    enterkeyhint: 'send',
    maxlength: '4000',
    dir: 'auto',
    input: onInput,
    keydown: onKey,
    keyup: typed,
    click: typed,
    paste: (event) => {
      const files = [...((event as ClipboardEvent).clipboardData?.files ?? [])];
      if (files.length === 0 || take === undefined) return;
      event.preventDefault();
      take(files);
    },
  });
  const parts = page.parts.flatMap(
    (part): ComposerPart[] =>
      (part.composer && [
        part.composer({
          place: ports.place,
          input,
          conversationId: () => conversationId ?? '',
          changed: showProblem,
          put(text) {
            put(text);
            onInput();
          },
        }),
      ]) ??
      [],
  );
  const [takes] = parts.flatMap(({ files }) => files ?? []);
  const take = takes && ((files: readonly File[]) => (editing === null ? takes(files) : undefined));
  const editBar = h(
    'div',
    { class: 'edit-bar' },
    h('span', {}, 'Editing a message'),
    iconButton('close', 'Stop editing', cancel),
  );
  const problem = h('p', { class: 'hint', role: 'status' });
  const button = h('button', { class: 'primary send', 'aria-label': 'Send' }, icon('send'));
  const root = h(
    'form',
    { class: 'composer', submit: onSubmit },
    editBar,
    h('div', { class: 'bars' }, ...parts.flatMap(({ bar }) => bar ?? [])),
    problem,
    h('div', { class: 'entry' }, ...parts.flatMap(({ tool }) => tool ?? []), input, button),
  );

  function put(text: string): void {
    input.value = text;
    resize();
  }

  function resize(): void {
    input.rows = Math.min(maxRows, input.value.split('\n').length);
  }

  function typed(): void {
    for (const part of parts) part.typed?.();
  }

  function onInput(): void {
    resize();
    typed();
    if (conversationId === null || editing !== null) return;
    drafts.set(subject, input.value);
    model.signals.type(conversationId, input.value.trim() !== '');
  }

  function onKey(event: Event): void {
    const pressed = event as KeyboardEvent;
    const { key, shiftKey, isComposing } = pressed;
    if (isComposing || parts.some((part) => part.keydown?.(pressed))) return;
    if (key === 'Enter' && !shiftKey) onSubmit(event);
    else if (key === 'Escape' && editing !== null) {
      event.stopPropagation();
      cancel();
    } else if (key === 'ArrowUp' && input.value === '') editLast(event);
  }

  function editLast(event: Event): void {
    const last = ports
      .messages()
      .findLast(({ sender, deletedAt }) => sender === model.me.id && deletedAt === null);
    if (last === undefined) return;
    event.preventDefault();
    edit(last);
  }

  function edit(message: MessageView): void {
    setEditing(message);
    put(message.content ?? '');
    input.focus();
  }

  function setEditing(message: MessageView | null): void {
    editing = message;
    editBar.hidden = message === null;
    root.classList.toggle('editing', message !== null);
    showProblem();
  }

  function stopEditing(): void {
    setEditing(null);
    put(drafts.get(subject) ?? '');
    typed();
  }

  function cancel(): void {
    stopEditing();
    input.focus();
  }

  /** Why nothing is sent is said once somebody wants it, and no longer than it is so. */
  function showProblem(isWanted = false): string {
    const why = editing === null ? parts.map((part) => part.whyNot?.() ?? '').find(Boolean) : '';
    if (isWanted || !why) problem.textContent = why ?? '';
    return why ?? '';
  }

  /** What could not be saved stays in the field. */
  async function save(message: MessageView, content: string): Promise<void> {
    const isSaved =
      content === message.content ||
      (await page.attempt(() => {
        const fields = parts.map((part) => part.edited?.(content, message));
        return model.api.call('PATCH', pathOf(message), Object.assign({ content }, ...fields));
      }));
    if (isSaved && editing === message) stopEditing();
  }

  function onSubmit(event: Event): void {
    event.preventDefault();
    const content = input.value.trim();
    const hasContent = editing === null && parts.some((part) => part.hasContent?.());
    if ((content === '' && !hasContent) || conversationId === null) return;
    if (editing !== null) {
      void save(editing, content);
      return;
    }
    if (showProblem(true) !== '') return;
    send(conversationId, content);
  }

  function send(to: string, content: string): void {
    const addressees = parts.flatMap((part) => part.addressee?.() ?? []);
    const fields = parts.map((part) => part.sent?.(content, addressees));
    drafts.delete(subject);
    put('');
    model.signals.sent();
    model.chat.send(to, content, Object.assign({}, ports.fields?.(), ...fields) as Sent);
    clear();
    ports.sent();
    input.focus();
  }

  function clear(): void {
    for (const part of parts) part.clear?.();
    typed();
  }

  return {
    root,
    show(id, about = id) {
      if (about === subject) return;
      if (conversationId !== null) model.signals.type(conversationId, false);
      conversationId = id;
      subject = about;
      clear();
      stopEditing();
    },
    edit,
    focus: () => input.focus(),
    take,
  };
}

/** Files that are dropped on a place go to where messages are written in it. */
export function receiveDrops(zone: HTMLElement, { take, focus }: Composer): void {
  if (take === undefined) return;
  const show = (isOver: boolean): void => void zone.classList.toggle('dropping', isOver);
  zone.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    show(true);
  });
  zone.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!zone.contains(relatedTarget as Node | null)) show(false);
  });
  zone.addEventListener('drop', (event) => {
    show(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
    focus();
  });
}

/** Where a message is. */
export const pathOf = ({ conversationId, id }: MessageView): string =>
  `/conversations/${conversationId}/messages/${id}`;
