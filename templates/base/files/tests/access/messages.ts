import { randomUUID } from 'node:crypto';
import type { Place, Use } from '../support/uses.ts';

const room = ({ conversationId }: Place) => ({ params: { conversationId } });
const own = ({ conversationId, ownMessageId }: Place) => ({
  conversationId,
  messageId: ownMessageId,
});
const other = ({ conversationId, otherMessageId }: Place) => ({
  conversationId,
  messageId: otherMessageId,
});
const draft = () => ({ id: randomUUID(), content: 'hello' });

const reading = {
  group: '404 404 200 200 200',
  public: '403 403',
  channel: '200 200',
  direct: '404 200 200',
};
const retractingOwn = { ...reading, public: '404 404' };
/** Whoever may not send may not edit. */
const editingOwn = { ...retractingOwn, channel: '403 200', direct: '404 200 403' };
const editingOthers = {
  group: '404 404 403 403 403',
  public: '404 404',
  channel: '403 403',
  direct: '404 403 403',
};

/** Who may do what with messages; each column is one of `askers`, in their order. */
export const uses: readonly Use[] = [
  { of: 'listMessages', input: (place) => ({ ...room(place), query: {} }), answers: reading },
  { of: 'getMessage', input: (place) => ({ params: other(place) }), answers: reading },
  {
    of: 'listChanges',
    input: (place) => ({ ...room(place), query: { sinceRev: '0' } }),
    answers: reading,
  },
  {
    of: 'sendMessage',
    input: (place) => ({ ...room(place), body: draft() }),
    answers: {
      group: '404 404 201 201 201',
      public: '403 403',
      channel: '403 201',
      direct: '404 201 403',
    },
  },
  {
    of: 'message:send',
    input: ({ conversationId }) => ({ conversationId, ...draft() }),
    answers: {
      group: '404 404 200 200 200',
      public: '403 403',
      channel: '403 200',
      direct: '404 200 403',
    },
  },
  {
    of: 'editMessage',
    as: 'one of their own',
    input: (place) => ({ params: own(place), body: { content: 'better' } }),
    answers: editingOwn,
  },
  {
    of: 'editMessage',
    as: "another's",
    input: (place) => ({ params: other(place), body: { content: 'worse' } }),
    answers: editingOthers,
  },
  {
    of: 'message:edit',
    as: 'one of their own',
    input: (place) => ({ ...own(place), content: 'better' }),
    answers: editingOwn,
  },
  {
    of: 'message:edit',
    as: "another's",
    input: (place) => ({ ...other(place), content: 'worse' }),
    answers: editingOthers,
  },
  {
    of: 'deleteMessage',
    as: 'one of their own',
    input: (place) => ({ params: own(place) }),
    answers: {
      group: '404 404 204 204 204',
      public: '404 404',
      channel: '204 204',
      direct: '404 204 204',
    },
  },
  {
    of: 'deleteMessage',
    as: "another's",
    input: (place) => ({ params: other(place) }),
    answers: {
      group: '404 404 403 204 204',
      public: '404 404',
      channel: '403 204',
      direct: '404 403 403',
    },
  },
  { of: 'message:delete', as: 'one of their own', input: own, answers: retractingOwn },
  {
    of: 'message:delete',
    as: "another's",
    input: other,
    answers: {
      group: '404 404 403 200 200',
      public: '404 404',
      channel: '403 200',
      direct: '404 403 403',
    },
  },
  {
    of: 'conversation:sync',
    input: ({ conversationId }) => ({ cursors: [{ conversationId, seq: 0, rev: 0 }], limit: 10 }),
    shows: ({ conversations }: { conversations: object[] }) => !('left' in conversations[0]!),
    answers: {
      group: 'unseen unseen 200 200 200',
      public: 'unseen unseen',
      channel: '200 200',
      direct: 'unseen 200 200',
    },
  },
  {
    of: 'conversation:heads',
    input: () => ({}),
    shows: ({ heads }: { heads: Place[] }, place) =>
      heads.some(({ conversationId }) => conversationId === place.conversationId),
    answers: {
      group: 'unseen unseen 200 200 200',
      public: 'unseen unseen',
      channel: '200 200',
      direct: 'unseen 200 200',
    },
  },
];
