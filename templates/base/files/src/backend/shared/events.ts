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
