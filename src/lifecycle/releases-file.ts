import { join } from 'node:path';
import { TEMPLATES } from '../package.ts';

/** What says where releases moved files; the bundle has it elsewhere. */
export const RELEASES_FILE = join(TEMPLATES, 'releases.json');
