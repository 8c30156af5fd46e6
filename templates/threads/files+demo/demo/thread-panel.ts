import { openThread, type OpenThread } from '../client/threads.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { createComposer, receiveDrops } from './composer.ts';
import { h, keyed, opensKeyboard } from './dom.ts';
import { linesOf, type Line } from './lines.ts';
import { iconButton } from './look.ts';
import { drawLine } from './message.ts';
import { point } from './messages.ts';
import type { Page, Region } from './part.ts';
import { confirmRemoval } from './thread.ts';
import { counted, dayOf } from './words.ts';

/** A thread beside its conversation. */
export interface ThreadPanel extends Region {
  /** Opens the thread of a message, or the one it stands in. */
  open(message: MessageView): void;
  /** Shows a reply in its thread. */
  reveal(message: MessageView): Promise<void>;
}

/** So near to the end counts as there, in pixels. */
const nearEnd = 60;

/** Creates the panel; what is in it is made when the first thread is opened. */
export function createThreadPanel(page: Page): ThreadPanel {
  const root = h('aside', { class: 'side', 'aria-label': 'Thread', hidden: true });
  let content: Content | undefined;
  let thread: OpenThread | null = null;
  let epoch = 0;

  const timelineOf = (conversationId: string) => page.model.chat.timeline(conversationId);

  async function load(message: MessageView): Promise<OpenThread | null> {
    const timeline = timelineOf(message.conversationId);
    if (timeline === undefined) return null;
    thread = await openThread(page.model.api, timeline, message);
    epoch = timeline.epoch;
    if (content === undefined) {
      content = createContent(page, root, close);
      root.append(...content.nodes);
    }
    root.hidden = false;
    draw(page.model.open);
    return thread;
  }

  async function open(message: MessageView): Promise<void> {
    if (await page.attempt(() => load(message))) content?.focus();
  }

  function close(): void {
    const key = thread?.root().id;
    thread = null;
    root.hidden = true;
    // Back to where it came from.
    const line = document.querySelector(`[data-key="${key}"]`);
    const links = [...(line?.querySelectorAll<HTMLElement>('.thread-link, summary') ?? [])];
    (links.find((one) => one.matches('.thread-link')) ?? links[0])?.focus();
  }

  function draw(row: ConversationView | undefined): void {
    if (thread === null || row === undefined) return;
    const { conversationId } = thread.root();
    const timeline = timelineOf(conversationId);
    if (row.id !== conversationId || timeline === undefined) {
      thread = null;
      root.hidden = true;
      return;
    }
    // What was known was forgotten: a part of the thread with it.
    if (timeline.epoch !== epoch) {
      epoch = timeline.epoch;
      void load(thread.root()).catch(() => {});
    }
    content?.show(row, thread);
  }

  return {
    root,
    show: draw,
    open: (message) => void open(message),
    async reveal(message) {
      const opened = await load(message);
      for (;;) {
        if (content?.reveal(message) || !opened?.hasMoreBefore) return;
        await opened.loadOlder();
        draw(page.model.open);
      }
    },
  };
}

/** What stands in the panel. */
interface Content {
  readonly nodes: readonly HTMLElement[];
  show(row: ConversationView, thread: OpenThread): void;
  /** Whether the message is there to be shown. */
  reveal(message: MessageView): boolean;
  focus(): void;
}

function createContent(page: Page, root: HTMLElement, close: () => void): Content {
  const { model } = page;
  const title = h('h2', { tabindex: '-1' }, 'Thread');
  const first = h('ol', { class: 'messages', 'aria-label': 'First message' });
  const count = h('p', { class: 'note new-thread' });
  const older = h('button', { class: 'quiet older', click: loadOlder }, 'Load earlier replies');
  const list = h('ol', { class: 'messages replies', 'aria-label': 'Replies' });
  const scroll = h('div', { class: 'scroll', tabindex: '0' }, first, count, older, list);
  const also = h('input', { type: 'checkbox' });
  const alsoField = h('label', { class: 'check' }, also, h('span', {}, 'Also in the conversation'));
  const closed = h(
    'p',
    { class: 'hint closed' },
    'Its first message was deleted: nobody can reply.',
  );
  let shown: OpenThread | null = null;

  const composer = createComposer(page, {
    label: 'Reply in the thread',
    place: 'side',
    fields: () => ({
      ...(shown && { threadOf: shown.root().id }),
      ...(also.checked && { alsoInConversation: true }),
    }),
    sent() {
      also.checked = false;
      scroll.scrollTop = scroll.scrollHeight;
    },
    messages: () => shown?.replies() ?? [],
  });
  receiveDrops(root, composer);
  const actions = {
    edit: composer.edit,
    remove: (message: MessageView) => confirmRemoval(page, message, composer.focus),
  };

  function loadOlder(): void {
    void page.attempt(async () => {
      await shown?.loadOlder();
      page.changed();
    });
  }

  function show(row: ConversationView, thread: OpenThread): void {
    const isNew = shown?.root().id !== thread.root().id;
    shown = thread;
    const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearEnd;
    const message = thread.root();
    const replies = thread.replies();
    const waiting = model.chat.waiting(row.id).filter(({ sent }) => sent.threadOf === message.id);
    const draw = (line: Line): HTMLElement => drawLine(page, line, actions);
    const of = { place: 'side', waiting: [] } as const;
    keyed(first, linesOf(page, row, { ...of, messages: [message] }), draw);
    const day = dayOf(message.timestamp);
    keyed(list, linesOf(page, row, { ...of, messages: replies, waiting, day }), draw);
    const known = replies.length;
    count.textContent = known === 0 ? 'No replies yet' : counted(known, 'reply', 'replies');
    count.hidden = thread.hasMoreBefore;
    older.hidden = !thread.hasMoreBefore;
    const isClosed = message.deletedAt !== null;
    closed.hidden = !isClosed;
    composer.root.hidden = alsoField.hidden = isClosed;
    composer.show(row.id, message.id);
    if (isNew || isAtEnd) scroll.scrollTop = scroll.scrollHeight;
  }

  const bar = h(
    'header',
    { class: 'bar' },
    h('div', { class: 'lines' }, title),
    iconButton('close', 'Close the thread', close),
  );
  const nodes = [bar, scroll, closed, composer.root, alsoField];
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  return {
    nodes,
    show,
    focus: () => (opensKeyboard() || composer.root.hidden ? title.focus() : composer.focus()),
    reveal(message) {
      const line = scroll.querySelector<HTMLElement>(`[data-key="${message.id}"]`);
      if (line !== null) point(line);
      return line !== null;
    },
  };
}
