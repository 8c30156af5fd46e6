import type { ClientSession } from 'mongoose';
import { searchLimits } from '../../configs/search-limits.ts';
import type { OpenModels } from '../../models/index.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import { Projection } from '../../platform/log/projection.ts';
import type { FeatureContext } from '../feature.ts';
import type { StoredMessage } from '../shared/message-parts.ts';
import { termsOf } from './terms.ts';
import { inTurns } from './turns.ts';
import type { SearchEngine } from './types.ts';

const { feed } = searchLimits;

/** What follows from messages and is searched. */
export const createProjection = (
  models: Pick<OpenModels, 'searchProgress'>,
  history: Pick<FeatureContext['history'], 'headsOf' | 'stored'>,
  engine: SearchEngine,
): Projection<StoredMessage> =>
  new Projection({
    connection: models.searchProgress.db,
    progress: rowsOf(models.searchProgress),
    stored: history.stored,
    headsOf: (conversationIds) => history.headsOf(conversationIds),
    fold: (rows, session) => write(engine, rows, session),
    forget: (...given) => engine.forget(...given),
    states: feed.states,
    statesAtOnce: feed.statesAtOnce,
    conversations: feed.conversations,
  });

/** Whoever has no words is not searched: deleted messages, and those of signs alone. */
async function write(
  engine: SearchEngine,
  rows: readonly StoredMessage[],
  session: ClientSession,
): Promise<void> {
  const states = await inTurns(rows, (row) => {
    const { _id, conversation, seq, sender, timestamp: at, rev, content } = row;
    const terms = termsOf(content ?? '');
    return { _id, conversation, seq, sender, at, terms, rev: rev ?? 0 };
  });
  await engine.write(
    states.filter(({ terms }) => terms.length > 0),
    states.filter(({ terms }) => terms.length === 0),
    session,
  );
}
