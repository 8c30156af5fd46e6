import type { OutgoingMessage } from '../client/outbox.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h } from './dom.ts';
import type { Line } from './lines.ts';
import { avatar, icon } from './look.ts';
import type { Model } from './model.ts';
import { momentOf, timeOf, wordsOf } from './words.ts';

/** What can be done with a message. */
export interface MessageActions {
  edit(message: MessageView): void;
  remove(message: MessageView): void;
}

/** Draws a line of the open conversation. */
export function drawLine(model: Model, line: Line, actions: MessageActions): HTMLElement {
  if (line.kind === 'message') return drawMessage(model, line, actions);
  if (line.kind === 'outgoing') return drawOutgoing(model, line.outgoing, line.joined);
  return h('li', { class: `note ${line.kind}` }, h('span', { dir: 'auto' }, line.text));
}

function drawMessage(
  model: Model,
  { message, joined, hasLaterTime }: Extract<Line, { readonly kind: 'message' }>,
  actions: MessageActions,
): HTMLElement {
  const { timestamp } = message;
  const isOwn = message.sender === model.me.id;
  const isDeleted = message.deletedAt !== null;
  const isEdited = message.editedAt !== null && !isDeleted;
  const isGroup = model.open?.otherUser === null;
  const name = model.people.nameOf(message.sender);
  const mayRemove = isOwn || (isGroup && model.open?.role !== 'member');
  const names = ['message', isOwn && 'own', joined && 'joined', isDeleted && 'deleted'];
  return h(
    'li',
    { class: names.filter(Boolean).join(' ') },
    isGroup && !isOwn ? avatar(name, message.sender) : null,
    h(
      'div',
      { class: 'bubble' },
      isOwn || joined || !isGroup
        ? h('span', { class: 'spoken' }, isOwn ? 'You' : name)
        : h('span', { class: 'sender', dir: 'auto' }, name),
      h(
        'div',
        { class: 'text' },
        h('p', { class: 'content', dir: 'auto' }, message.content ?? 'This message was deleted'),
        h(
          'p',
          { class: hasLaterTime && !isEdited ? 'spoken' : 'meta' },
          isEdited ? 'edited ' : null,
          h('time', { datetime: timestamp, title: momentOf(timestamp) }, timeOf(timestamp)),
        ),
      ),
    ),
    mayRemove && !isDeleted ? menu(message, isOwn, actions) : null,
  );
}

/** A menu and the bar above the messages are lower than this. */
const roomPx = 200;

/** Folded away until it is wanted; Escape and leaving it fold it again. */
function menu(message: MessageView, isOwn: boolean, actions: MessageActions): HTMLElement {
  const summary = h('summary', { 'aria-label': 'Message actions' }, icon('more'));
  const details = h('details', {
    class: 'menu',
    // Where there is room: above it, or below the first lines.
    toggle: () => {
      const isHigh = summary.getBoundingClientRect().top < roomPx;
      details.classList.toggle('below', isHigh);
    },
    keydown: (event) => {
      if ((event as KeyboardEvent).key !== 'Escape' || !details.open) return;
      event.stopPropagation();
      details.open = false;
      summary.focus();
    },
    focusout: (event) => {
      if (!details.contains((event as FocusEvent).relatedTarget as Node | null))
        details.open = false;
    },
  });
  const action = (label: string, run: (message: MessageView) => void): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        click: () => {
          details.open = false;
          run(message);
        },
      },
      label,
    );
  details.append(
    summary,
    h(
      'div',
      { class: 'actions' },
      isOwn ? action('Edit', actions.edit) : null,
      action('Delete', actions.remove),
    ),
  );
  return details;
}

function drawOutgoing(model: Model, outgoing: OutgoingMessage, joined: boolean): HTMLElement {
  const { problem } = outgoing;
  const names = ['message own', problem ? 'failed' : 'waiting', joined && 'joined'];
  return h(
    'li',
    { class: names.filter(Boolean).join(' ') },
    h(
      'div',
      { class: 'bubble text' },
      h('p', { class: 'content', dir: 'auto' }, outgoing.content),
      h('p', { class: 'meta' }, problem ? 'Not sent' : 'Sending …'),
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
