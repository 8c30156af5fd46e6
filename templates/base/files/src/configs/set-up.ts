import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { migrations as allMigrations, type Migration } from '../models/migrations/index.ts';
import { checkIndexes, createIndexes } from './indexes.ts';
import { applyMigrations, checkMigrations } from './migrations.ts';
import { withSetUpLock } from './set-up-lock.ts';
import { checkValidators, setValidators } from './validators.ts';

/**
 * Prepares a database for this version: migrations, then collections with their indexes, then their
 * validators. One process at a time does it; repeating it changes nothing. @throws StartError
 */
export async function setUpDatabase(
  connection: Connection,
  log: Logger,
  migrations: readonly Migration[] = allMigrations,
): Promise<void> {
  await withSetUpLock(connection, log, async (signal) => {
    await applyMigrations(connection, log, migrations, signal);
    await createIndexes(connection);
    await setValidators(connection);
  });
}

/** Refuses a database that was not prepared for this version. @throws StartError */
export async function checkSetUp(
  connection: Connection,
  migrations: readonly Migration[] = allMigrations,
): Promise<void> {
  await checkIndexes(connection);
  await checkValidators(connection);
  await checkMigrations(connection, migrations);
}
