import type { SessionView } from '../../src/contract/auth.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { createRandom } from '../support/random.ts';
import type { Done } from './done.ts';

const keys = ['👍', '🎉', '❤️', ':one:', ':two:', ':three:'];
const againMs = 100;
const answerMs = 10_000;

/** Reacts to all messages and edits its own one, each change after the one before is acknowledged. */
export class Changer {
  readonly url: string;
  /** Nothing is under way. */
  isIdle = true;
  /** When each change was acknowledged. */
  readonly ackedAt: number[] = [];
  /** What an answer said that cannot be. */
  readonly wrong: string[] = [];
  #isOver = false;
  readonly #session: SessionView;
  readonly #random: () => number;
  readonly #room: string;
  readonly #messages: readonly string[];
  readonly #chosen = new Map<string, Set<string>>();
  #said: Done['said'];

  constructor(url: string, session: SessionView, messages: readonly MessageView[], seed: number) {
    this.url = url;
    this.#session = session;
    this.#random = createRandom(seed);
    this.#room = messages[0]?.conversationId ?? '';
    this.#messages = messages.map(({ id }) => id);
    const own = messages.find(({ sender }) => sender === session.user.id);
    this.#said = { id: own?.id ?? '', content: own?.content ?? '' };
  }

  get done(): Done {
    const chosen = [...this.#chosen].filter(([, some]) => some.size > 0);
    return {
      userId: this.#session.user.id,
      chosen: Object.fromEntries(chosen.map(([id, some]) => [id, [...some].toSorted()])),
      said: this.#said,
    };
  }

  async work(): Promise<void> {
    [this.#isOver, this.isIdle] = [false, false];
    try {
      while (!this.#isOver) await (this.#random() < 0.15 ? this.#edit() : this.#react());
    } catch (error) {
      this.wrong.push(String(error));
    }
    this.isIdle = true;
  }

  /** Ends it after the change that is under way. */
  stop(): void {
    this.#isOver = true;
  }

  async #edit(): Promise<void> {
    const content = `${this.#session.user.username} ${this.ackedAt.length}`;
    this.#said = { ...this.#said, content };
    await this.#ask('PATCH', this.#said.id, { content });
  }

  async #react(): Promise<void> {
    const id = this.#one(this.#messages);
    const key = this.#one(keys);
    const chosen = this.#chosen.get(id) ?? new Set();
    this.#chosen.set(id, chosen);
    const isAdded = !chosen.has(key);
    if (isAdded) chosen.add(key);
    else chosen.delete(key);
    const path = `${id}/reactions/${encodeURIComponent(key)}`;
    const { myReactions = [] } = await this.#ask(isAdded ? 'PUT' : 'DELETE', path);
    const [seen, known] = [myReactions.toSorted().join(), [...chosen].toSorted().join()];
    // Nobody else changes them: what was acknowledged before is there.
    if (seen !== known) this.wrong.push(`${this.done.userId}: ${seen} of ${id}, not ${known}`);
  }

  /** Asks until there is an answer: a node may be away, or have too much to do. */
  async #ask(method: string, path: string, body?: object): Promise<MessageView> {
    for (;;) {
      const answer = await fetch(`${this.url}/v1/conversations/${this.#room}/messages/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#session.accessToken}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(answerMs),
      })
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch(() => ({ status: 503, text: '' }));
      if (answer.status === 200) {
        this.ackedAt.push(Date.now());
        return JSON.parse(answer.text).message;
      }
      if (answer.status !== 503) throw new Error(`${method} ${path}: ${answer.text}`);
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}
