import type { Use } from '../support/uses.ts';

const unreal = '0'.repeat(24);
const sha256 = 'a'.repeat(64);
const upload = () => ({ params: { uploadId: unreal } });

/** Uploads are their owner's: those of others are as unreal as this one. The files of messages: C85. */
export const uses: readonly Use[] = [
  {
    of: 'createUpload',
    input: () => ({ body: { name: 'a.png', type: 'image/png', bytes: 70, sha256 } }),
    answers: { signedIn: 201 },
  },
  { of: 'completeUpload', input: upload, answers: { signedIn: 404 } },
  { of: 'removeUpload', input: upload, answers: { signedIn: 404 } },
  {
    of: 'getAttachment',
    input: ({ conversationId, ownMessageId }) => ({
      params: { conversationId, messageId: ownMessageId, attachmentId: unreal },
    }),
    answers: {
      group: '404 404 404 404 404',
      public: '403 403',
      channel: '404 404',
      direct: '404 404 404',
    },
  },
];
