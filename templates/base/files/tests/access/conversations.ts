import type { Place, Use } from '../support/uses.ts';

const room = ({ conversationId }: Place) => ({ params: { conversationId } });
const target = ({ conversationId, targetId }: Place) => ({
  params: { conversationId, userId: targetId },
});
const admin = ({ conversationId, adminId }: Place) => ({
  params: { conversationId, userId: adminId },
});
const outsider = ({ conversationId, outsiderId }: Place) => ({
  params: { conversationId, userId: outsiderId },
});
const isListed = ({ items }: { items: { id: string }[] }, { conversationId }: Place): boolean =>
  items.some(({ id }) => id === conversationId);

/** Who may do what in a conversation; each column is one of `askers`, in their order. */
export const uses: readonly Use[] = [
  {
    of: 'openDirect',
    as: 'with somebody of the conversation',
    input: ({ targetId }) => ({ params: { userId: targetId } }),
    answers: {
      group: '201 201 201 201 201',
      public: '201 201',
      channel: '201 201',
      direct: '201 200 200',
    },
  },
  {
    of: 'listConversations',
    input: () => ({ query: { limit: '100' } }),
    shows: isListed,
    answers: {
      group: 'unseen unseen 200 200 200',
      public: 'unseen unseen',
      channel: '200 200',
      direct: 'unseen 200 200',
    },
  },
  {
    of: 'listPublicConversations',
    input: ({ conversationId }) => ({ query: { prefix: conversationId } }), // their names
    shows: isListed,
    answers: {
      group: 'unseen unseen unseen unseen unseen',
      public: '200 200',
      channel: 'unseen unseen',
      direct: 'unseen unseen unseen',
    },
  },
  {
    of: 'getConversation',
    input: room,
    answers: {
      group: '404 404 200 200 200',
      public: '200 200',
      channel: '200 200',
      direct: '404 200 200',
    },
  },
  {
    of: 'changeNotifications',
    input: (place) => ({ ...room(place), body: { level: 'none', mutedUntil: null } }),
    answers: {
      group: '404 404 200 200 200',
      public: '403 403',
      channel: '200 200',
      direct: '404 200 200',
    },
  },
  {
    of: 'updateConversation',
    as: 'its name',
    input: (place) => ({ ...room(place), body: { name: 'Another name' } }),
    answers: {
      group: '404 404 403 200 200',
      public: '403 403',
      channel: '403 200',
      direct: '404 409 409',
    },
  },
  {
    of: 'updateConversation',
    as: 'who can find it',
    input: (place) => ({ ...room(place), body: { visibility: 'public' } }),
    answers: {
      group: '404 404 403 403 200',
      public: '403 403',
      channel: '403 403',
      direct: '404 409 409',
    },
  },
  {
    of: 'archiveConversation',
    input: room,
    answers: {
      group: '404 404 403 403 204',
      public: '403 403',
      channel: '403 403',
      direct: '404 409 409',
    },
  },
  {
    of: 'joinConversation',
    input: room,
    answers: {
      group: '404 404 200 200 200',
      public: '200 200',
      channel: '200 200',
      direct: '404 409 409',
    },
  },
  {
    of: 'leaveConversation',
    input: room,
    answers: {
      group: '404 404 204 204 409', // the last owner
      public: '403 403',
      channel: '204 204',
      direct: '404 409 409',
    },
  },
  {
    of: 'listMembers',
    input: room,
    answers: {
      group: '404 404 200 200 200',
      public: '403 403',
      channel: '200 200',
      direct: '404 200 200',
    },
  },
  {
    of: 'addMember',
    as: 'a plain one',
    input: (place) => ({ ...outsider(place), body: { role: 'member' } }),
    answers: {
      group: '404 404 403 201 201',
      public: '403 403',
      channel: '403 201',
      direct: '404 409 409',
    },
  },
  {
    of: 'addMember',
    as: 'an admin',
    input: (place) => ({ ...outsider(place), body: { role: 'admin' } }),
    answers: {
      group: '404 404 403 403 201',
      public: '403 403',
      channel: '403 403',
      direct: '404 409 409',
    },
  },
  {
    of: 'changeRole',
    input: (place) => ({ ...target(place), body: { role: 'admin' } }),
    answers: {
      group: '404 404 403 403 200',
      public: '403 403',
      channel: '403 403',
      direct: '404 409 409',
    },
  },
  {
    of: 'removeMember',
    as: 'a plain one',
    input: target,
    answers: {
      group: '404 404 403 204 204',
      public: '403 403',
      channel: '403 204',
      direct: '404 409 409',
    },
  },
  {
    of: 'removeMember',
    as: 'an admin',
    input: admin,
    answers: {
      group: '404 404 403 403 204',
      public: '403 403',
      channel: '403 403',
      direct: '404 409 409',
    },
  },
];
