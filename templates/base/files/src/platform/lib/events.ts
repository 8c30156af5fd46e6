import { EventEmitter } from 'node:events';
import type { ProblemCode } from '../../contract/errors.ts';
import type { MessageView } from '../../contract/messages.ts';

/** What happened in the core, emitted within this process for features that care. */
export interface DomainEvents {
  'message:created': { readonly message: MessageView };
  'message:changed': { readonly message: MessageView };
  'member:added': { readonly conversationId: string; readonly userId: string };
  'member:removed': { readonly conversationId: string; readonly userId: string };
  'device:closed': { readonly deviceId: string };
  'user:blocked': { readonly userId: string; readonly blockedId: string };
  'socket:opened': { readonly userId: string; readonly socketId: string };
  'socket:closed': { readonly userId: string; readonly socketId: string };
  'request:ended': RequestEnd;
  'command:ended': CommandEnd;
  'command:unacknowledged': UnacknowledgedCommand;
  'connect:refused': { readonly reason: ConnectRefusal };
  'batch:ended': BatchEnd;
}

/** How an HTTP request ended. */
interface RequestEnd {
  readonly method: string;
  /** The template of its path; empty where nothing serves it. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** How a command was acknowledged. */
interface CommandEnd {
  /** `unknown` for what no handler serves: clients choose their names. */
  readonly name: string;
  readonly outcome: 'ok' | ProblemCode;
  readonly ms: number;
}

/** What a client sent without asking for an acknowledgement. */
interface UnacknowledgedCommand {
  /** `unknown` for what no handler serves: clients choose their names. */
  readonly name: string;
}

/**
 * Why a connect was refused: by the request itself, by the namespace, by a ban, or by a problem.
 */
export type ConnectRefusal =
  'transport' | 'protocol' | 'token-in-url' | 'origin' | 'namespace' | 'banned' | ProblemCode;

/** How a batch of the message log ended. */
export interface BatchEnd {
  readonly messages: number;
  /** How often another node was faster and the rest was numbered again. */
  readonly conflicts: number;
  /** How long the oldest message had waited when the commit began. */
  readonly waitedMs: number;
  readonly ms: number;
}

type EventMap = { [Name in keyof DomainEvents]: [event: DomainEvents[Name]] };

/**
 * Carries domain events; listeners run at once, in the order they were added. A listener must not
 * throw; it handles what it starts by itself.
 */
export class Events extends EventEmitter<EventMap> {}
