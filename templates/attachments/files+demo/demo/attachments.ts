import type { MessageView } from '../src/contract/messages.ts';
import { createAttachmentViews } from './attachment-views.ts';
import type { CreatePart } from './part.ts';
import { createUploads } from './uploads.ts';
import { counted } from './words.ts';

/** Files: chosen, dropped or pasted where messages are written, and shown in those that hold them. */
export const attachments: CreatePart = (page) => {
  const draw = createAttachmentViews(page);
  return {
    inside({ conversationId, id, attachments: files }: MessageView, place) {
      if (files === undefined) return null;
      return {
        version: files.map((file) => file.id).join(' '),
        draw: () => draw({ conversationId, id }, files, place),
      };
    },
    words({ attachments: files = [] }) {
      const [first] = files;
      return files.length > 1 ? counted(files.length, 'file') : (first?.name ?? null);
    },
    composer: (ports) => createUploads(page, ports),
  };
};
