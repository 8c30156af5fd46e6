import type { ClientSession } from 'mongoose';
import { ownFields, shownFields } from '../../contract/message-fields.ts';
import type { ConversationView } from '../../contract/conversations.ts';
import type { MessageView, SentFields } from '../../contract/messages.ts';
import type { StoredMessage } from '../../models/message.ts';
import type { Patch } from '../../platform/database/patch.ts';
import { exitCodes, StartError } from '../../platform/errors/start-error.ts';
import type {
  Draft,
  FieldName,
  ListFields,
  MessagePart,
  OwnRow,
  ReadList,
} from '../shared/message-parts.ts';
import { toMessageView } from './views.ts';

/** What messages and conversations show without features. */
const ofCore = new Set<string>(['editedAt', 'deletedAt', 'notifications']);

type ToView = (stored: unknown) => unknown;
type ReadOwn = (...given: Parameters<ReadList<never>>) => Promise<ReadonlyMap<string, unknown>>;
type Part = Omit<MessagePart<FieldName>, 'fields'>;

/** What features add to messages, all of it as one. */
export class MessageParts {
  readonly #fields = new Map<string, ToView>();
  readonly #parts: Part[] = [];
  readonly #lists = new Map<string, ReadOwn>();

  extend<Name extends FieldName>({ fields, ...part }: MessagePart<Name>): void {
    for (const [name, toView] of Object.entries(fields)) this.#fields.set(name, toView as ToView);
    this.#parts.push(part);
  }

  extendList<Name extends keyof ListFields>(name: Name, read: ReadList<Name>): void {
    this.#lists.set(name, read);
  }

  /** @throws StartError for fields that clients may rely on and that no feature fills */
  assertFieldsFilled(): void {
    const missing = [
      ...unfilled(shownFields, this.#fields, 'messages', 'extend'),
      ...unfilled(ownFields, this.#lists, 'conversations', 'extendList'),
    ];
    if (missing.length > 0)
      throw new StartError(exitCodes.configuration, `the contract shows ${missing.join('; ')}`);
  }

  /** A message as all its readers see it. */
  toView(row: StoredMessage): MessageView {
    return this.show(toMessageView(row), row);
  }

  /** Adds to a view what features show of stored fields. */
  show(view: MessageView, fields: object): MessageView {
    const stored = fields as Readonly<Record<string, unknown>>;
    const shown = view as unknown as Record<string, unknown>;
    for (const [name, toView] of this.#fields) {
      const value = stored[name] == null ? undefined : toView(stored[name]);
      if (value !== undefined) shown[name] = value;
    }
    return view;
  }

  /** A draft with what features store of the fields of its send. @throws AppError what they refuse */
  async prepare(draft: Draft, sent: SentFields): Promise<Draft> {
    const prepared = await this.#prepared(sent, draft);
    for (const { claim } of this.#parts) Object.assign(prepared, await claim?.(sent, draft));
    const given = Object.entries(prepared).filter(([, value]) => value !== undefined);
    return { ...draft, sent, fields: Object.fromEntries(given) };
  }

  /** Whether a draft says in its fields what a message of its id says. */
  isRepeat({ sent = {}, fields = {} }: Draft, message: MessageView): boolean {
    return this.#parts.every(({ isRepeat }) => isRepeat?.(sent, message, fields) ?? true);
  }

  /** What becomes of fields of a message by an edit that carries some. @throws AppError what they refuse */
  async prepareEdit(
    draft: Draft,
    edited: SentFields,
    before: StoredMessage,
  ): Promise<Patch<StoredMessage>> {
    return Object.keys(edited).length > 0 ? this.#prepared(edited, draft, before) : {};
  }

  async #prepared(...given: Parameters<NonNullable<Part['prepare']>>): Promise<object> {
    const fields = {};
    for (const { prepare } of this.#parts) Object.assign(fields, await prepare?.(...given));
    return fields;
  }

  /** Messages as one of their readers sees them, in their order. */
  async toReader(userId: string, rows: readonly StoredMessage[]): Promise<MessageView[]> {
    const views = rows.map((row) => this.toView(row));
    if (rows.length === 0) return views;
    const seen = await Promise.all(
      this.#parts.flatMap(({ toReader }) => (toReader ? [toReader(userId, rows)] : [])),
    );
    for (const fields of seen) for (const view of views) Object.assign(view, fields.get(view.id));
    return views;
  }

  /** What features show of a user's own conversations, by their ids. */
  async toLists(
    userId: string,
    rows: readonly OwnRow[],
  ): Promise<ReadonlyMap<string, Partial<ConversationView>>> {
    const shown = new Map<string, Partial<ConversationView>>();
    if (rows.length === 0) return shown;
    const read = [...this.#lists].map(async ([name, list]) => {
      for (const [id, value] of await list(userId, rows))
        shown.set(id, { ...shown.get(id), [name]: value });
    });
    await Promise.all(read);
    return shown;
  }

  /** What goes with messages that are deleted. */
  async deleted(rows: readonly StoredMessage[], session: ClientSession): Promise<void> {
    // A transaction does one thing at a time.
    for (const part of this.#parts) await part.deleted?.(rows, session);
  }
}

const unfilled = (
  shown: object,
  filled: { has(name: string): boolean },
  of: string,
  by: string,
): string[] =>
  Object.keys(shown)
    .filter((name) => !ofCore.has(name) && !filled.has(name))
    .map((name) => `a field ${name} of ${of} that no feature fills: messages.${by}`);
