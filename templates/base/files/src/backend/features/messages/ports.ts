import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import type { Models } from '../../../models/index.ts';
import type { Access } from '../../shared/access.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Events } from '../../shared/events.ts';
import type { Limiters } from '../../shared/limiters.ts';
import type { Overload } from '../../shared/overload.ts';
import type { OwnMembership, SocketHub } from '../../sockets/hub.ts';
import type { History } from './history.ts';
import type { ReadMarks } from './read-marks.ts';

/** What messages need of the rest. */
export interface MessagePorts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly models: Models;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly overload: Pick<Overload, 'isOverloaded'>;
  readonly access: Access;
  readonly sockets: SocketHub;
  readonly history: History;
  readonly readMarks: ReadMarks;
  readonly database: {
    readonly connection: Connection;
    onTopologyChange(listener: () => void): void;
  };
  readonly memberships: {
    of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly OwnMembership[]>>;
  };
}
