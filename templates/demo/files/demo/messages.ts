import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h, keyed } from './dom.ts';
import { toLines } from './lines.ts';
import { icon } from './look.ts';
import { drawLine, type MessageActions } from './message.ts';
import { inWords, type Page } from './part.ts';

/** The messages of the open conversation. */
interface Messages {
  readonly root: HTMLElement;
  show(row: ConversationView): void;
  /** No conversation is open. */
  hide(): void;
  /** The user has sent something: the end is what they want to see. */
  follow(): void;
  /** Shows a message that is loaded, in the middle. */
  reveal(message: MessageView): void;
}

/** So near to the end, or to the start, counts as there, in pixels. */
const nearEnd = 60;
const nearStart = 300;
/** Above the line of new messages, in pixels. */
const lineMargin = 24;

/** Creates the list of messages, which stays where the reader is. */
export function createMessages(page: Page, actions: MessageActions): Messages {
  const { model } = page;
  const list = h('ol', { class: 'messages', 'aria-label': 'Messages' });
  const older = h('button', { class: 'quiet older', click: loadOlder }, 'Load older messages');
  const scroll = h('div', { class: 'scroll', tabindex: '0', scroll: onScroll }, older, list);
  const jumpText = h('span');
  const jump = h('button', { class: 'jump', click: toEnd }, icon('down'), jumpText);
  // Says what comes; the list itself would say everything when a conversation opens.
  const live = h('p', { class: 'spoken', role: 'status' });
  const root = h('div', { class: 'history' }, scroll, jump, live);
  let shown: string | null = null;
  let isPlaced = false; // at the place where reading begins
  let isFollowing = false; // the end, whatever comes
  let readSeq: number | null = null; // where the line of new messages stands
  let heard = 0;
  let askedAt = 0; // the first message when older ones were asked for

  const firstSeq = (): number => model.chat.timeline(shown ?? '')?.firstSeq ?? 1;
  const isNearStart = (): boolean => isPlaced && firstSeq() > 1 && scroll.scrollTop < nearStart;
  const isAtEnd = (): boolean =>
    scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearEnd;
  const isReading = (): boolean => isPlaced && isAtEnd() && document.visibilityState === 'visible';

  function toEnd(): void {
    scroll.scrollTop = scroll.scrollHeight;
    onScroll();
  }

  // A keyboard on the screen, or a longer text below, takes room from the messages.
  new ResizeObserver(() => {
    if (isFollowing) toEnd();
  }).observe(scroll);

  function loadOlder(): void {
    askedAt = firstSeq();
    void page.attempt(() => model.loadOlder());
  }

  function onScroll(): void {
    isFollowing = isAtEnd();
    if (isReading()) model.markRead();
    const row = model.open;
    if (row === undefined || shown !== row.id) return;
    showJump(row);
    if (isNearStart()) loadOlder();
  }

  function showJump(row: ConversationView): void {
    const unread = model.unread(row);
    jump.hidden = !isPlaced || isAtEnd();
    jumpText.textContent = unread > 0 ? `${unread} new` : 'Latest messages';
  }

  /** Begins at the first message that was not read. */
  function place(): void {
    isPlaced = true;
    scroll.scrollTop = scroll.scrollHeight;
    const line = list.querySelector<HTMLElement>('.new');
    if (line === null) return void (isFollowing = true);
    const above = line.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
    scroll.scrollTop += Math.min(0, above - lineMargin);
    isFollowing = isAtEnd();
  }

  /** What the reader sees stays where it is, whatever comes above it. */
  function keepPlace(change: () => void): void {
    if (isFollowing) {
      change();
      scroll.scrollTop = scroll.scrollHeight;
      return;
    }
    const top = scroll.getBoundingClientRect().top;
    // A message stays; the line of its day goes up with what comes above.
    const lines = [...list.querySelectorAll<HTMLElement>('.message')];
    const anchor = lines.find((line) => line.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    const key = CSS.escape(anchor?.dataset['key'] ?? '');
    const after = list.querySelector(`[data-key="${key}"]`)?.getBoundingClientRect().top ?? before;
    scroll.scrollTop += after - before;
  }

  function announce(row: ConversationView): void {
    const last = model.chat.timeline(row.id)?.messages().at(-1);
    if (last === undefined || last.seq <= heard) return;
    if (isPlaced && last.sender !== model.me.id && last.deletedAt === null)
      live.textContent = `${model.people.nameOf(last.sender)}: ${inWords(page, last)}`;
    heard = last.seq;
  }

  function show(row: ConversationView): void {
    if (shown !== row.id) {
      shown = row.id;
      isPlaced = false;
      readSeq = null;
      heard = askedAt = 0;
      live.textContent = '';
      list.replaceChildren();
    }
    const timeline = model.chat.timeline(row.id);
    // New is what comes while nobody looks, and what was there at the beginning.
    if (timeline && model.unread(row) > 0 && !isReading())
      readSeq = readSeq === null || isPlaced ? timeline.readSeq : readSeq;
    announce(row);
    older.hidden = firstSeq() <= 1;
    keepPlace(() =>
      keyed(list, toLines(page, row, readSeq), (line) => drawLine(page, line, actions)),
    );
    const isThere = timeline && (timeline.messages().length > 0 || timeline.firstSeq <= 1);
    if (isThere && !isPlaced) place();
    root.classList.toggle('loading', !isThere);
    showJump(row);
    if (isReading()) model.markRead();
    // A reader who waits at the start goes on; one page that does not come is not asked for again.
    if (isNearStart() && firstSeq() !== askedAt) loadOlder();
  }

  return {
    root,
    show,
    hide: () => void (shown = null),
    follow() {
      readSeq = null;
      isPlaced = true;
      toEnd();
    },
    reveal(message) {
      const line = list.querySelector<HTMLElement>(`[data-key="${message.id}"]`);
      if (line === null) return;
      isPlaced = true;
      isFollowing = false;
      point(line);
    },
  };
}

/** Brings a line into the middle, with the focus on it, and lets it stand out for a moment. */
export function point(line: HTMLElement): void {
  line.scrollIntoView({ block: 'center' });
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  line.classList.add('found');
  line.addEventListener('blur', () => line.classList.remove('found'), { once: true });
}
