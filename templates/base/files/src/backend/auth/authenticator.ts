import type { Environment } from '../../configs/env.ts';
import type { OpenModels } from '../../models/index.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { Loader, perConnect } from '../../platform/lib/loader.ts';
import { AccessTokens, type Caller } from '../../platform/security/access-tokens.ts';
import type { Clock } from '../../platform/lib/time.ts';
import type { Events } from '../../platform/lib/events.ts';
import { TtlCache } from '../../platform/lib/ttl-cache.ts';
import { ownersOf } from './devices.service.ts';

const deviceCacheMs = 5_000; // how long a revocation may go unnoticed while nodes cannot talk
const deviceCacheSize = 50_000;

/** Decides who a caller is, for HTTP and sockets alike. */
export class Authenticator {
  readonly accessTokens: AccessTokens;
  /** The owner, not the decision: a token of another user finds the same entry. */
  readonly #owners = new TtlCache<string | undefined>(() => deviceCacheMs, deviceCacheSize);
  /** In a storm of reconnects not each of them costs a query. */
  readonly #loader: Loader<string>;

  constructor(core: {
    readonly env: Environment;
    readonly clock: Clock;
    readonly models: OpenModels;
    readonly events: Events;
  }) {
    this.accessTokens = new AccessTokens(core.env, core.clock);
    this.#loader = new Loader((ids) => ownersOf(core.models, ids), perConnect);
    core.events.on('device:closed', ({ deviceId }) => this.#owners.delete(deviceId));
  }

  /** The caller of an access token whose device is still signed in. @throws AppError */
  async authenticate(token: string): Promise<Caller> {
    const caller = this.accessTokens.verify(token);
    const { deviceId } = caller;
    const owner = await this.#owners.get(deviceId, () => this.#loader.one(deviceId));
    if (owner !== caller.userId) throw new AppError('unauthenticated');
    return caller;
  }
}
