import type { Logger } from 'pino';
import type { Models } from '../../models/index.ts';
import type { Access } from '../shared/access.ts';
import type { Clock, Timers } from '../../platform/lib/time.ts';
import type { Events } from '../../platform/lib/events.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import type { LoadShedding } from '../../platform/rate-limits/load-shedding.ts';
import type { OwnMembership, SocketApi } from '../../platform/sockets/socket-api.ts';
import type { History } from './history.ts';
import type { MessageParts } from './parts.ts';
import type { ReadMarkers } from './read-markers.ts';

/** What messages need from the rest. */
export interface MessagePorts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly models: Models;
  readonly events: Events;
  readonly loadShedding: Pick<LoadShedding, 'isOverloaded'>;
  readonly access: Access;
  readonly jobs: Pick<Jobs, 'handle'>;
  readonly sockets: SocketApi;
  readonly history: History;
  readonly parts: MessageParts;
  readonly readMarkers: ReadMarkers;
  readonly database: {
    onTopologyChange(listener: () => void): void;
  };
  readonly memberships: {
    of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly OwnMembership[]>>;
  };
}
