import { chmodSync } from 'node:fs';
import { unlessSync } from '../lib/file-system.ts';

// What a file system without modes answers.
const WITHOUT_MODES = ['EPERM', 'ENOTSUP', 'EINVAL', 'ENOSYS'];

/**
 * Gives what was just made its mode whatever the umask is: an image copies the modes, and its user is
 * another one. The project's own directory keeps the umask, and with it who may look inside.
 */
export function setMode(path: string, mode: number): void {
  unlessSync(WITHOUT_MODES, () => chmodSync(path, mode));
}
