import type { OutgoingMessage } from '../client/outbox.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h } from './dom.ts';
import type { Line } from './lines.ts';
import { avatar } from './look.ts';
import { createMenu, entry } from './menu.ts';
import { editing, type Action, type Mark, type Page } from './part.ts';
import { momentOf, timeOf, wordsOf } from './words.ts';

/** What the page itself does with messages. */
export interface MessageActions {
  edit(message: MessageView): void;
  remove(message: MessageView): void;
}

/** Draws a line among messages. */
export function drawLine(page: Page, line: Line, actions: MessageActions): HTMLElement {
  if (line.kind === 'message') return drawMessage(page, line, actions);
  if (line.kind === 'outgoing') return drawOutgoing(page, line.outgoing, line.joined);
  return h('li', { class: `note ${line.kind}` }, h('span', { dir: 'auto' }, line.text));
}

type MessageLine = Extract<Line, { readonly kind: 'message' }>;

function drawMessage(page: Page, line: MessageLine, actions: MessageActions): HTMLElement {
  const { model } = page;
  const { message, joined, pieces } = line;
  const isOwn = message.sender === model.me.id;
  const isDeleted = message.deletedAt !== null;
  const isGroup = model.open?.otherUser === null;
  const name = model.people.nameOf(message.sender);
  const names = ['message', isOwn && 'own', joined && 'joined', isDeleted && 'deleted'];
  return h(
    'li',
    { class: names.filter(Boolean).join(' ') },
    isGroup && !isOwn ? avatar(name, message.sender) : null,
    h(
      'div',
      { class: 'said' },
      h(
        'div',
        { class: 'bubble' },
        isOwn || joined || !isGroup
          ? h('span', { class: 'spoken' }, isOwn ? 'You' : name)
          : h('span', { class: 'sender', dir: 'auto' }, name),
        ...pieces.above.map((piece) => piece.draw()),
        ...pieces.inside.map((piece) => piece.draw()),
        drawText(line),
      ),
      ...pieces.below.map((piece) => piece.draw()),
    ),
    isDeleted ? null : drawMenu(page, line, actions),
  );
}

function drawText({ message, pieces, hasLaterTime }: MessageLine): HTMLElement {
  const { content, timestamp } = message;
  const isEdited = message.editedAt !== null && message.deletedAt === null;
  const text = content ?? 'This message was deleted';
  const isSaidLater = hasLaterTime && !isEdited && pieces.beside.length === 0;
  return h(
    'div',
    { class: 'text' },
    text === '' ? null : h('p', { class: 'content', dir: 'auto' }, ...marked(text, pieces.marks)),
    h(
      'p',
      { class: isSaidLater ? 'spoken' : 'meta' },
      ...pieces.beside.map((piece) => piece.draw()),
      isEdited ? 'edited ' : null,
      h('time', { datetime: timestamp, title: momentOf(timestamp) }, timeOf(timestamp)),
    ),
  );
}

/** A text in which some stretches stand out; those that overlap one before them are left as they are. */
export function marked(text: string, marks: readonly Mark[]): (string | HTMLElement)[] {
  const parts: (string | HTMLElement)[] = [];
  let at = 0;
  for (const { start, end, className } of marks.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), h('mark', { class: className }, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}

function drawMenu(page: Page, line: MessageLine, actions: MessageActions): HTMLElement | null {
  const { message, place } = line;
  const { model, parts } = page;
  const isOwn = message.sender === model.me.id;
  const isGroup = model.open?.otherUser === null;
  const mayRemove = isOwn || (isGroup && model.open?.role !== 'member');
  const own: Action[] = [
    ...(isOwn ? [{ label: 'Edit', order: editing, run: () => actions.edit(message) }] : []),
    ...(mayRemove
      ? [{ label: 'Delete', order: editing + 1, run: () => actions.remove(message) }]
      : []),
  ];
  const all = (): Action[] =>
    [...parts.flatMap((part) => part.actions?.(message, place) ?? []), ...own].toSorted(
      (a, b) => a.order - b.order,
    );
  const hasQuick = parts.some((part) => part.quick);
  if (!hasQuick && all().length === 0) return null;
  return createMenu(
    'Message actions',
    'more',
    (close) => [
      ...parts.flatMap((part) => part.quick?.(message, close) ?? []),
      ...all().map(({ label, run }) =>
        entry(label, () => {
          close();
          run();
        }),
      ),
    ],
    page.changed,
  );
}

function drawOutgoing({ model }: Page, outgoing: OutgoingMessage, joined: boolean): HTMLElement {
  const { problem } = outgoing;
  const names = ['message own', problem ? 'failed' : 'waiting', joined && 'joined'];
  return h(
    'li',
    { class: names.filter(Boolean).join(' ') },
    h(
      'div',
      { class: 'said' },
      h(
        'div',
        { class: 'bubble text' },
        outgoing.content === ''
          ? null
          : h('p', { class: 'content', dir: 'auto' }, outgoing.content),
        h('p', { class: 'meta' }, problem ? 'Not sent' : 'Sending …'),
      ),
    ),
    problem
      ? h(
          'p',
          { class: 'problem' },
          `${wordsOf(problem)} `,
          h('button', { class: 'link', click: () => model.chat.retry(outgoing) }, 'Try again'),
          h('button', { class: 'link', click: () => model.chat.discard(outgoing) }, 'Discard'),
        )
      : null,
  );
}
