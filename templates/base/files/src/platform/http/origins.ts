import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';

const quietMs = 60_000;
const maxRemembered = 100; // a stranger can invent any number of origins

/** Which web pages may use this backend: its own, the listed ones, in development those of this machine. */
export class Origins {
  readonly #listed: ReadonlySet<string>;
  readonly #isDevelopment: boolean;
  readonly #log: Logger;
  readonly #warnedAt = new Map<string, number>();

  constructor({ ALLOWED_ORIGINS, NODE_ENV }: Environment, log: Logger) {
    this.#listed = new Set(ALLOWED_ORIGINS);
    this.#isDevelopment = NODE_ENV === 'development';
    this.#log = log;
  }

  /**
   * Whether a page of this origin may, at a backend that was asked for under this host. A refused one is
   * logged, once a minute: whoever forgot to list it finds out there.
   */
  allows(origin: string, host: string | undefined): boolean {
    const own = host === undefined ? [] : [`http://${host}`, `https://${host}`];
    if (own.includes(origin) || this.#listed.has(origin)) return true;
    if (this.#isDevelopment && /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/.test(origin))
      return true;
    this.#warn(origin);
    return false;
  }

  /** The same for the answer of `cors`: a list, so that it also says that it depends on the origin. */
  granted({ origin, host }: IncomingHttpHeaders): string[] {
    return origin !== undefined && this.allows(origin, host) ? [origin] : [];
  }

  #warn(origin: string): void {
    const now = performance.now();
    if (now - (this.#warnedAt.get(origin) ?? -quietMs) < quietMs) return;
    for (const [known, at] of this.#warnedAt) if (now - at >= quietMs) this.#warnedAt.delete(known);
    if (this.#warnedAt.size >= maxRemembered) return;
    this.#warnedAt.set(origin, now);
    // Anything but an origin is only text that somebody wrote.
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
    this.#log.warn(
      { event: 'authz_fail', ...(isOrigin ? { origin } : {}) },
      'a page of another origin was refused: if it is yours, add it to ALLOWED_ORIGINS',
    );
  }
}
