import type { ConversationView } from '../src/contract/conversations.ts';
import type { NotificationsView } from '../src/contract/notifications.ts';
import { h } from './dom.ts';
import { icon } from './look.ts';
import { createMenu, entry } from './menu.ts';
import type { CreatePart } from './part.ts';
import { shortly } from './words.ts';

type Level = NotificationsView['level'];

const muteMs = 8 * 60 * 60_000;

const names: Record<Level, string> = {
  all: 'All messages',
  mentions: 'Only mentions',
  none: 'Nothing',
};

/** What of the open conversation alerts the user, and nothing for a while. */
export const bell: CreatePart = (page) => {
  const { model, attempt } = page;
  let shown: ConversationView | undefined;
  const menu = createMenu('Notifications', 'bell', draw);
  const root = h('div', { class: 'bell' }, menu);

  /** As the list knows it: what is on the screen may be a moment behind. */
  const current = (): ConversationView | undefined => shown && (model.list.get(shown.id) ?? shown);

  /** What was chosen is shown at once; when it is refused, that is undone. */
  async function choose(chosen: Partial<NotificationsView>): Promise<void> {
    const { id, notifications: before } = current() ?? {};
    if (id === undefined || before == null) return;
    const keep = (notifications: NotificationsView): void => {
      const row = model.list.get(id);
      if (row !== undefined) model.list.keep({ ...row, notifications });
    };
    keep({ ...before, ...chosen });
    const isTaken = await attempt(async () => {
      keep(await model.api.call('PATCH', `/conversations/${id}/notifications`, chosen));
    });
    if (!isTaken) keep(before);
  }

  function draw(close: () => void): HTMLElement[] {
    const { level = 'all', mutedUntil = null } = current()?.notifications ?? {};
    const hasMentions = level === 'mentions' || page.parts.some((part) => part.level);
    const levels: Level[] = ['all', ...(hasMentions ? ['mentions' as const] : []), 'none'];
    const choices = levels.map((one) =>
      h(
        'label',
        { class: 'choice' },
        h('input', {
          type: 'radio',
          name: 'level',
          checked: one === level,
          change: () => void choose({ level: one }),
        }),
        h('span', {}, names[one]),
      ),
    );
    const isMuted = isMutedNow(mutedUntil);
    const until = new Date(Date.now() + muteMs).toISOString();
    const mute = entry(isMuted ? 'Unmute' : 'Mute for 8 hours', () => {
      close();
      void choose({ mutedUntil: isMuted ? null : until });
    });
    return [
      h('fieldset', {}, h('legend', { class: 'hint' }, 'Notify me of'), ...choices),
      ...(isMuted && mutedUntil !== null
        ? [h('p', { class: 'hint' }, `Muted until ${shortly(mutedUntil)}`)]
        : []),
      mute,
    ];
  }

  return {
    bar: {
      root,
      show(row) {
        if (shown?.id !== row.id) menu.open = false;
        shown = row;
        const picture = isQuiet(row) ? 'muted' : 'bell';
        if (root.dataset['picture'] === picture) return;
        root.dataset['picture'] = picture;
        menu.querySelector('summary')?.replaceChildren(icon(picture));
      },
    },
  };
};

/** Whether nothing new in a conversation alerts the user now. */
export const isQuiet = ({ notifications }: ConversationView): boolean =>
  notifications !== null &&
  (notifications.level === 'none' || isMutedNow(notifications.mutedUntil));

const isMutedNow = (mutedUntil: string | null): boolean =>
  mutedUntil !== null && Date.parse(mutedUntil) > Date.now();
