import { createProjection } from '../src/backend/search/feed.ts';
import { MongoEntries } from '../src/backend/search/mongo-entries.ts';
import { History, MessageParts } from '../src/backend/messages/index.ts';
import { parseEnvironment } from '../src/configs/env.ts';
import { createModels } from '../src/models/index.ts';
import { migrations } from '../src/models/migrations/index.ts';
import { Database } from '../src/platform/database/connection.ts';
import { createLogger } from '../src/platform/lib/logger.ts';
import { endBy } from './end-by.ts';

// `npm run search:rebuild`, after `npm run build`: makes all entries of the search anew while the backend
// runs. Stopped and started again it begins anew, which is harmless.
try {
  const env = parseEnvironment(process.env);
  const database = new Database(env, createLogger(env), migrations);
  const models = createModels(database.connection);
  await database.start();
  const history = new History({ models, parts: new MessageParts() });
  await createProjection(models, history, new MongoEntries(models)).rebuild((conversations) =>
    process.stdout.write(`${conversations} conversations\n`),
  );
  await database.stop();
  process.stdout.write('The search is rebuilt.\n');
} catch (error) {
  endBy(error);
}
