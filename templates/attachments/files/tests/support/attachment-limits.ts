import { attachmentLimits } from '../../src/configs/attachment-limits.ts';
import { onTestFinished } from './finish.ts';

const usual = { ...attachmentLimits };

const patientMs = 45_000;

/** Lets backends wait for servers of tests as long as for everything else on a busy machine. */
export const waitLonger = (): void =>
  setAttachmentLimits({ storeMs: patientMs, scanMs: patientMs });

/** Gives the backends of this worker other limits of attachments until the test ends. */
export function setAttachmentLimits(changes: Partial<Record<keyof typeof usual, number>>): void {
  Object.assign(attachmentLimits, changes);
  onTestFinished(() => void Object.assign(attachmentLimits, usual));
}
