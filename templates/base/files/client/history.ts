import type { MessageView } from '../src/contract/messages.ts';
import type { Api } from './api.ts';
import type { Timeline } from './timeline.ts';

/** Loads the page of history before the first loaded message; nothing at the very start. */
export async function loadOlder(
  api: Api,
  conversationId: string,
  timeline: Timeline,
): Promise<void> {
  const { firstSeq, epoch } = timeline;
  if (firstSeq <= 1) return;
  const path = `/conversations/${conversationId}/messages?before=${firstSeq}`;
  const page = await api.call<{ items: MessageView[] }>('GET', path);
  timeline.page(page.items, epoch);
}
