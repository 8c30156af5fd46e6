import { searchLimits } from '../../src/configs/search-limits.ts';

// Tests count what is asked of the database: the feed is at rest, unless a test brings timers for it.
Object.assign(searchLimits.feed, { everyMs: 24 * 3_600_000 });
