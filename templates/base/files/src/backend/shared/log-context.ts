import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of one request or command says of where it came from. */
export interface LogContext {
  readonly requestId?: string;
  readonly socketId?: string;
  userId?: string;
}

/** Carries the context through everything that a request or command awaits. */
export const logContext = new AsyncLocalStorage<LogContext>();
