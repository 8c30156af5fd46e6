import type { Logger } from 'pino';
import type { Readiness } from './backend/feature.ts';
import { Names } from './backend/shared/names.ts';
import type { Environment } from './configs/env.ts';
import { createModels } from './models/index.ts';
import { migrations } from './models/migrations/index.ts';
import { Database } from './platform/database/connection.ts';
import { Events } from './platform/lib/events.ts';
import { createLogger } from './platform/lib/logger.ts';
import { type Clock, systemClock, systemTimers, type Timers } from './platform/lib/time.ts';
import { Limiters } from './platform/rate-limits/limiters.ts';
import { LoadShedding } from './platform/rate-limits/load-shedding.ts';

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly log?: Logger;
}

export type Core = ReturnType<typeof createCore>;

/** What stands on nothing but the environment and the database. */
export function createCore(env: Environment, overrides: Overrides) {
  const log = overrides.log ?? createLogger(env);
  const database = new Database(env, log, migrations);
  const { connection } = database;
  const models = createModels(connection);
  return {
    env,
    log,
    clock: overrides.clock ?? systemClock,
    timers: overrides.timers ?? systemTimers,
    database,
    models,
    names: new Names({ env, models }), // those that nobody may have
    events: new Events(), // what happened on this node
    limiters: new Limiters(env, connection),
    loadShedding: new LoadShedding(env, log),
  };
}

/** Whether this node should get traffic, as its probes ask. */
export const createReadiness = (
  { database, loadShedding }: Core,
  sockets: { readonly isDraining: boolean },
): Readiness => ({
  get draining() {
    return sockets.isDraining;
  },
  get overloaded() {
    return loadShedding.isOverloaded;
  },
  databaseAnswers: () => database.answers(),
});
