import { attachmentRoutes } from '../../contract/attachments.ts';
import type { Feature } from '../feature.ts';
import { Holding } from './holding.ts';
import { openStore } from './open-store.ts';
import { Sweep } from './sweep.ts';
import { Uploading } from './uploading.ts';

/** Files of messages: uploaded, checked, held by one message, and handed to whoever may read it. */
export const attachments: Feature = (context) => {
  const { access, api, jobs, messages } = context;
  const ports = { ...context, store: openStore(context) };
  const uploading = new Uploading(ports);
  const holding = new Holding(ports);
  const sweep = new Sweep({ ...ports, holding });
  messages.extend(holding.part);

  api.route(attachmentRoutes.createUpload, async ({ body, caller }) => ({
    201: await uploading.create(caller.userId, body),
  }));
  api.route(attachmentRoutes.completeUpload, async ({ params, caller }) => ({
    200: { upload: await uploading.complete(caller.userId, params.uploadId) },
  }));
  api.route(attachmentRoutes.removeUpload, async ({ params, caller }) => {
    await uploading.remove(caller.userId, params.uploadId);
    return { 204: null };
  });
  api.route(attachmentRoutes.getAttachment, async ({ params, caller }) => {
    await access.require(caller.userId, params.conversationId, 'read');
    return { 200: await holding.urlOf(params) };
  });

  jobs.handle('erase-account', (userId) => holding.end('owner', userId));
  jobs.handle('erase-conversation', (id) => holding.end('conversation', id));
  return {
    async start() {
      await ports.store.check();
      sweep.start();
    },
    stop: () => sweep.stop(),
  };
};
