import type { ChatSocket } from '../client/connection.ts';
import { h } from './dom.ts';

/** A line that says when messages do not come or go, and why. */
export function createBanner(socket: ChatSocket): { readonly root: HTMLElement; show(): void } {
  const root = h('p', { class: 'banner', role: 'status' });
  let hasConnected = false;

  function show(): void {
    hasConnected ||= socket.connected;
    root.textContent = textOf(socket.connected, hasConnected);
  }

  socket.on('connect', show).on('disconnect', show).on('connect_error', show);
  return { root, show };
}

function textOf(isConnected: boolean, hasConnected: boolean): string {
  // The browser knows before the connection does.
  if (!navigator.onLine)
    return 'You are offline. What you write is sent when the connection is back.';
  if (isConnected) return '';
  return hasConnected ? 'Connection lost. Reconnecting …' : 'Connecting …';
}
