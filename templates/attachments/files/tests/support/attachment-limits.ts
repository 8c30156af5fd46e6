import { attachmentLimits } from '../../src/configs/attachment-limits.ts';
import { onTestFinished } from './finish.ts';

const usual = { ...attachmentLimits };

/** Gives the backends of this worker other limits of attachments until the test ends. */
export function setAttachmentLimits(changes: Partial<Record<keyof typeof usual, number>>): void {
  Object.assign(attachmentLimits, changes);
  onTestFinished(() => void Object.assign(attachmentLimits, usual));
}
