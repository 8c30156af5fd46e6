import { Database } from '../src/platform/database/connection.ts';
import { EnvironmentError, parseEnvironment } from '../src/configs/env.ts';
import { createLogger } from '../src/platform/lib/logger.ts';
import { StartError } from '../src/platform/errors/start-error.ts';
import { createModels } from '../src/models/index.ts';
import { migrations } from '../src/models/migrations/index.ts';

// `npm run db:setup`, after `npm run build`: prepares the database that production starts on.
try {
  const env = parseEnvironment(process.env);
  const database = new Database(env, createLogger(env), migrations);
  createModels(database.connection);
  await database.setUp();
  await database.stop();
  process.stdout.write('The database is prepared for this version.\n');
} catch (error) {
  if (!(error instanceof EnvironmentError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error instanceof StartError ? error.exitCode : 78);
}
