import type { OutgoingMessage } from '../client/outbox.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h, keyed, when } from './dom.ts';
import type { Model } from './model.ts';
import { explain } from './sign-in.ts';

type Line = { message: MessageView } | { outgoing: OutgoingMessage };

/** The open conversation: its messages, who writes, and the field to write in. */
export function thread(model: Model): { root: HTMLElement; show(): void } {
  const title = h('h1', { tabindex: '-1' });
  const older = h(
    'button',
    { class: 'link older', click: () => void loadOlder() },
    'Older messages',
  );
  const log = h('ol', { class: 'messages', role: 'log', 'aria-label': 'Messages', tabindex: '0' });
  const writing = h('p', { class: 'writing', 'aria-live': 'polite' });
  const problem = h('p', { role: 'alert', class: 'problem' });
  const composer = createComposer(model);
  const nothing = h('p', { class: 'hint' }, 'Choose a conversation.');
  const content = h(
    'div',
    { class: 'thread' },
    h(
      'header',
      {},
      h('button', { class: 'back', click: () => void model.select(null) }, '‹ Back'),
      title,
    ),
    h('div', { class: 'scroll' }, older, log),
    problem,
    writing,
    composer,
  );
  const root = h('main', {}, nothing, content);
  let shown: string | null = null;

  async function attempt(action: () => Promise<unknown>): Promise<void> {
    problem.textContent = '';
    try {
      await action();
    } catch (error) {
      problem.textContent = explain(error);
    }
  }

  const loadOlder = (): Promise<void> =>
    attempt(async () => {
      if (model.selected !== null) older.hidden = !(await model.loadOlder(model.selected));
    });

  function show(): void {
    const row = model.conversations().find(({ id }) => id === model.selected);
    nothing.hidden = row !== undefined;
    content.hidden = row === undefined;
    if (row === undefined) return void (shown = null);
    title.textContent = model.titleOf(row);
    const messages = model.chat.timeline(row.id)?.messages() ?? [];
    older.hidden = (messages[0]?.seq ?? 1) <= 1;
    const scroll = log.parentElement as HTMLElement;
    const isNew = shown !== row.id;
    const wasAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
    if (isNew) {
      log.replaceChildren();
      problem.textContent = '';
    }
    const lines: Line[] = [
      ...messages.map((message) => ({ message })),
      ...model.chat.waiting(row.id).map((outgoing) => ({ outgoing })),
    ];
    keyed(log, lines, keyOf, (line) => versionOf(model, line), render);
    if (isNew || wasAtEnd) scroll.scrollTop = scroll.scrollHeight;
    const names = model.signals.typing(row.id).map(model.nameOf);
    writing.textContent =
      names.length === 0
        ? ''
        : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} writing …`;
    shown = row.id;
  }

  function render(line: Line): HTMLElement {
    if ('outgoing' in line) return renderOutgoing(model, line.outgoing);
    return renderMessage(model, line.message, attempt);
  }

  return { root, show };
}

// A message keeps its line when it is acknowledged, so that nothing jumps.
const keyOf = (line: Line): string =>
  'outgoing' in line
    ? line.outgoing.clientMessageId
    : `${line.message.clientMessageId} ${line.message.sender}`;

const versionOf = (model: Model, line: Line): string =>
  'outgoing' in line
    ? `waiting ${line.outgoing.problem?.code}`
    : `${line.message.rev} ${model.nameOf(line.message.sender)}`;

function renderOutgoing(model: Model, outgoing: OutgoingMessage): HTMLElement {
  const { problem } = outgoing;
  return h(
    'li',
    { class: 'message own waiting' },
    h('p', { class: 'content' }, outgoing.content),
    problem
      ? h(
          'p',
          { class: 'problem' },
          `Not sent: ${problem.detail ?? problem.title} `,
          h('button', { class: 'link', click: () => model.chat.discard(outgoing) }, 'Discard'),
        )
      : h('p', { class: 'meta' }, 'Sending …'),
  );
}

function renderMessage(
  model: Model,
  message: MessageView,
  attempt: (action: () => Promise<unknown>) => Promise<void>,
): HTMLElement {
  const isOwn = message.sender === model.me.id;
  const isDeleted = message.deletedAt !== null;
  const text = h('p', { class: 'content' }, message.content ?? 'Message deleted');
  const marks = message.editedAt !== null && !isDeleted ? ' · edited' : '';

  function startEditing(): void {
    const input = h('textarea', { 'aria-label': 'Edit the message', rows: '2' });
    input.value = message.content ?? '';
    const save = async (): Promise<void> => {
      const content = input.value.trim();
      if (content !== '' && content !== message.content)
        await attempt(() => model.edit(message, content));
      form.replaceWith(text);
    };
    const form = h(
      'form',
      { class: 'edit', submit: (event) => (event.preventDefault(), void save()) },
      input,
      h('button', { class: 'primary' }, 'Save'),
      h('button', { type: 'button', click: () => form.replaceWith(text) }, 'Cancel'),
    );
    text.replaceWith(form);
    input.focus();
  }

  return h(
    'li',
    { class: `message${isOwn ? ' own' : ''}${isDeleted ? ' deleted' : ''}` },
    isOwn ? null : h('p', { class: 'sender' }, model.nameOf(message.sender)),
    text,
    h(
      'p',
      { class: 'meta' },
      h('time', { datetime: message.timestamp }, when(message.timestamp)),
      marks,
    ),
    isOwn && !isDeleted
      ? h(
          'p',
          { class: 'actions' },
          h('button', { class: 'link', click: startEditing }, 'Edit'),
          h(
            'button',
            { class: 'link', click: () => void attempt(() => model.remove(message)) },
            'Delete',
          ),
        )
      : null,
  );
}

/** Enter sends, Shift and Enter makes a new line. */
function createComposer(model: Model): HTMLElement {
  const input = h('textarea', {
    rows: '1',
    'aria-label': 'Write a message',
    placeholder: 'Write a message',
    maxlength: '4000',
    input: () => model.selected !== null && model.signals.type(model.selected),
    keydown: (event) => {
      const { key, shiftKey, isComposing } = event as KeyboardEvent;
      if (key === 'Enter' && !shiftKey && !isComposing) submit(event);
    },
  });

  function submit(event: Event): void {
    event.preventDefault();
    const content = input.value.trim();
    if (content === '' || model.selected === null) return;
    input.value = '';
    model.chat.send(model.selected, content);
    model.signals.sent();
  }

  return h('form', { class: 'composer', submit }, input, h('button', { class: 'primary' }, 'Send'));
}
