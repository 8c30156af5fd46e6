import { Database } from '../src/platform/database/connection.ts';
import { parseEnvironment } from '../src/configs/env.ts';
import { createLogger } from '../src/platform/lib/logger.ts';
import { createModels } from '../src/models/index.ts';
import { migrations } from '../src/models/migrations/index.ts';
import { endBy } from './end-by.ts';

// `npm run db:setup`, after `npm run build`: prepares the database that production starts on.
try {
  const env = parseEnvironment(process.env);
  const database = new Database(env, createLogger(env), migrations);
  createModels(database.connection);
  await database.setUp();
  await database.stop();
  process.stdout.write('The database is prepared for this version.\n');
} catch (error) {
  endBy(error);
}
