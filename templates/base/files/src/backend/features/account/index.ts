import type { Logger } from 'pino';
import type { MessageView } from '../../../contract/messages.ts';
import { userRoutes } from '../../../contract/users.ts';
import type { Models } from '../../../models/index.ts';
import type { Api } from '../../http/api.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Events } from '../../shared/events.ts';
import type { Jobs } from '../../shared/jobs.ts';
import type { Limiters } from '../../shared/limiters.ts';
import { createErasure } from './erasure.ts';
import { createExport } from './export.ts';

/** What the end of an account needs of the rest. */
export interface AccountPorts {
  readonly clock: Clock;
  readonly models: Models;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly jobs: Jobs;
  readonly api: Api;
  /** @throws AppError `unauthenticated` unless it is the user's password */
  readonly assertPassword: (userId: string, password: string, log: Logger) => Promise<void>;
  readonly devices: { revokeAll(userId: string): Promise<void> };
  readonly conversations: {
    leaveAll(userId: string): Promise<void>;
    endMemberships(conversationId: string): Promise<void>;
  };
  readonly history: {
    writtenBy(
      userId: string,
      conversationId: string,
      after: string,
      size: number,
    ): Promise<MessageView[]>;
  };
  readonly messages: {
    eraseMessagesOf(userId: string, conversationId: string, signal: AbortSignal): Promise<number>;
    eraseConversation(conversationId: string, signal: AbortSignal): Promise<number>;
  };
}

/** What is stored of a user, given back or erased; mounts the routes and handles the jobs. */
export function createAccount(ports: AccountPorts): void {
  const { api, limiters } = ports;
  const erase = createErasure(ports);
  const exportPage = createExport(ports);

  api.route(userRoutes.exportMe, async ({ query, caller }) => {
    limiters.take('search', caller.userId);
    return { 200: await exportPage(caller.userId, query.cursor) };
  });
  api.route(userRoutes.eraseMe, async ({ body, caller, log }) => {
    await erase(caller.userId, body.password, log);
    return { 204: null };
  });
}
