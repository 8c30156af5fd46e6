import type { Migration } from '../../platform/database/migrations.ts';
import { nameKeys } from './0001-name-keys.ts';
import { messageIds } from './0002-message-ids.ts';

/** In the order in which they run; each of them once in the life of a database. */
export const migrations: readonly Migration[] = [nameKeys, messageIds];
