import type { ExportView } from '../../contract/account.ts';
import type { Exported } from '../../models/data-policies.ts';
import { AppError, badCursor } from '../../platform/errors/app-error.ts';
import { Seal } from '../../platform/security/data-keys.ts';
import type { TrustedContext } from '../feature.ts';
import { toMeView } from '../shared/user-view.ts';
import { FeatureRows, type RowsPlace } from './feature-rows.ts';
import { WrittenMessages, type Place } from './written-messages.ts';

const pageMessages = 500;
const pageRows = 500;

/** Where a page starts: first come all messages, then the rows of features. */
type Start = Place | { readonly rows: RowsPlace };

/**
 * The export: everything stored about a user, their messages page by page. One page at a time for a
 * user on each node. A cursor is good for its own user only and is one that a page has given, so that
 * each page, the first one and any other, can be had a few times an hour.
 */
export class Export {
  readonly #context: TrustedContext;
  readonly #written: WrittenMessages;
  readonly #rows: FeatureRows;
  readonly #seal: Seal;
  readonly #reading = new Set<string>();

  constructor(context: TrustedContext) {
    this.#context = context;
    this.#written = new WrittenMessages(context);
    this.#rows = new FeatureRows(context);
    this.#seal = new Seal(context.env.DATA_KEYS, 'export-cursors');
  }

  /** @throws AppError `validation` for a cursor that no page gave this user, `rate-limited` */
  async page(userId: string, cursor?: string): Promise<ExportView> {
    const start: Start = cursor === undefined ? ['', 0] : this.#fromCursor(userId, cursor);
    return this.#alone(userId, async () => {
      const key = `${userId} ${textOf(start)}`;
      await this.#context.limiters.consumeShared('exports', key);
      return this.#readPage(userId, start);
    });
  }

  async #alone<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#reading.has(userId))
      throw new AppError('rate-limited', {
        detail: 'A page of your export is being read: request the next one when you have it.',
        retryAfterMs: 1_000,
      });
    this.#reading.add(userId);
    try {
      return await work();
    } finally {
      this.#reading.delete(userId);
    }
  }

  async #readPage(userId: string, start: Start): Promise<ExportView> {
    const [user, devices, blocked, conversations] = await Promise.all([
      readOf.users(this.#context, userId),
      readOf.devices(this.#context, userId),
      readOf.blocks(this.#context, userId),
      readOf.memberships(this.#context, userId),
    ]);
    const ids = conversations.map(({ id }) => id);
    const { messages, features, end } = await this.#pageFrom(userId, ids, start);
    const nextCursor = end === undefined ? null : this.#toCursor(userId, end);
    return { user, devices, blocked, conversations, messages, features, nextCursor };
  }

  async #pageFrom(
    userId: string,
    conversationIds: readonly string[],
    start: Start,
  ): Promise<Pick<ExportView, 'messages' | 'features'> & { end: Start | undefined }> {
    const { messages, end } =
      'rows' in start
        ? { messages: [], end: undefined }
        : await this.#written.page(userId, conversationIds, start, pageMessages);
    if (end !== undefined) return { messages, features: {}, end };
    const rest = await this.#rows.page(userId, 'rows' in start ? start.rows : ['', ''], pageRows);
    return { messages, features: rest.features, end: rest.end && { rows: rest.end } };
  }

  #isOurs(userId: string, place: string, given: string | undefined): boolean {
    return this.#seal.all(`${userId}.${place}`).some(({ _id }) => _id === given);
  }

  #toCursor(userId: string, end: Start): string {
    const place = textOf(end);
    return `${place}.${this.#seal.seal(`${userId}.${place}`)._id}`;
  }

  #fromCursor(userId: string, cursor: string): Start {
    const [, place, conversationId, seq, collection, after, given] =
      /^(([0-9a-f]{24})\.(\d+)|rows\.([A-Za-z]+)\.([0-9a-f-]+))\.([\w-]{43})$/.exec(cursor) ?? [];
    if (place !== undefined && this.#isOurs(userId, place, given)) {
      if (collection !== undefined && after !== undefined) return { rows: [collection, after] };
      if (conversationId !== undefined) return [conversationId, Number(seq)];
    }
    throw badCursor();
  }
}

const textOf = (place: Start): string =>
  'rows' in place ? ['rows', ...place.rows].join('.') : place.join('.');

type Read = (context: TrustedContext, userId: string) => Promise<unknown>;

// Of each collection that an export shows, the messages aside, which are read page by page.
const readOf = {
  async users({ models }, userId) {
    const user = await models.users.findOne({ _id: userId }).lean();
    if (user === null) throw new AppError('unauthenticated');
    return toMeView(user);
  },
  async devices({ models }, userId) {
    const rows = await models.devices.find({ user: userId }).lean();
    return rows.map((row) => ({
      id: String(row._id),
      label: row.label ?? null,
      ip: row.ip ?? null,
      lastUsedAt: row.lastUsedAt.toISOString(),
    }));
  },
  async blocks({ models }, userId) {
    const rows = await models.blocks.find({ user: userId }, { blocked: 1 }).lean();
    return rows.map((row) => String(row.blocked));
  },
  async memberships({ models, readMarkers }, userId) {
    const rows = await models.memberships.find({ user: userId }).sort({ conversation: 1 }).lean();
    return rows.map((row) => ({
      id: String(row.conversation),
      joinedAt: row.joinedAt.toISOString(),
      leftAt: row.leftAt?.toISOString() ?? null,
      lastReadSeq: readMarkers.lastReadSeq(row),
      level: row.notify ?? null,
      mutedUntil: row.mutedUntil?.toISOString() ?? null,
    }));
  },
} satisfies Record<Exclude<Exported, 'messages'>, Read>;
