import type { ProblemCode } from '../../contract/errors.ts';
import type { MessageView } from '../../contract/messages.ts';

/** What happened in the core, told within this process to features that care. */
export interface DomainEvents {
  'message:created': { readonly message: MessageView };
  'message:changed': { readonly message: MessageView };
  'member:added': { readonly conversationId: string; readonly userId: string };
  'member:removed': { readonly conversationId: string; readonly userId: string };
  'device:closed': { readonly deviceId: string };
  'user:blocked': { readonly userId: string; readonly blockedId: string };
  'user:erased': { readonly userId: string };
  'socket:opened': { readonly userId: string; readonly socketId: string };
  'socket:closed': { readonly userId: string; readonly socketId: string };
  'request:ended': RequestEnd;
  'command:ended': CommandEnd;
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

/** How a batch of a commit lane ended. */
export interface BatchEnd {
  readonly messages: number;
  /** How often another node was faster and the rest was numbered anew. */
  readonly conflicts: number;
  /** How long the oldest message had waited when the commit began. */
  readonly waitedMs: number;
  readonly ms: number;
}

/** A listener must not throw; what it starts it awaits itself. */
type Listener<Name extends keyof DomainEvents> = (event: DomainEvents[Name]) => void;

/** Tells and hears of domain events; listeners run at once, in the order they came. */
export interface Events {
  tell<Name extends keyof DomainEvents>(name: Name, event: DomainEvents[Name]): void;
  hear<Name extends keyof DomainEvents>(name: Name, listener: Listener<Name>): void;
}

/** Creates the channel of one app. */
export function createEvents(): Events {
  const listeners = new Map<keyof DomainEvents, Listener<never>[]>();
  return {
    tell(name, event) {
      // The map holds under each name only listeners of its event.
      for (const listener of listeners.get(name) ?? []) listener(event as never);
    },
    hear(name, listener) {
      const known = listeners.get(name) ?? [];
      known.push(listener);
      listeners.set(name, known);
    },
  };
}
