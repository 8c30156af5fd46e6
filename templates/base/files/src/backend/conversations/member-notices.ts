import { limits } from '../../configs/limits.ts';
import type { MemberView } from '../../contract/conversations.ts';
import { rooms } from '../../platform/sockets/socket-api.ts';
import type { ConversationPorts } from './ports.ts';
import { toMemberView, type StoredConversation, type StoredMembership } from './views.ts';

type MemberNotice = 'member:added' | 'member:updated' | 'member:removed';
type Ports = Pick<ConversationPorts, 'access' | 'readMarkers' | 'sockets' | 'users'>;

/** Members as others may see them: not how far those have read with whom the viewer has a block. */
export class MemberNotices {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Members as one user sees them. */
  async seenBy<Seen extends MemberView>(viewerId: string, views: readonly Seen[]): Promise<Seen[]> {
    const blocked = await this.#ports.access.blockedWith(viewerId);
    return views.map((view) => (blocked.has(view.user.id) ? unread(view) : view));
  }

  async view(row: StoredMembership): Promise<MemberView> {
    const { readMarkers, users } = this.#ports;
    return toMemberView(row, await users.views([String(row.user)]), readMarkers);
  }

  /** Notifies everybody in a conversation about one member. */
  async notify(
    name: MemberNotice,
    view: MemberView,
    except: readonly string[] = [],
  ): Promise<void> {
    const { access, sockets } = this.#ports;
    const { conversationId, user } = view;
    // They see nothing of the member's reading.
    const excluded = (await access.blockedIn(conversationId, user.id)).map(rooms.user);
    const room = rooms.conversation(conversationId);
    sockets.notify({ room, name, payload: view }, { except: [...except, ...excluded] });
    for (const own of excluded) sockets.notify({ room: own, name, payload: unread(view) });
  }

  /** The same for a join or a leave, which large conversations announce to the member alone. */
  async announce(
    name: MemberNotice,
    view: MemberView,
    { memberCount }: StoredConversation,
  ): Promise<void> {
    const own = rooms.user(view.user.id);
    const isQuiet = memberCount > limits.conversation.quietAboveMembers;
    if (!isQuiet) await this.notify(name, view, [own]);
    this.#ports.sockets.notify({ room: own, name, payload: view });
  }
}

const unread = <Seen extends MemberView>(view: Seen): Seen => ({ ...view, lastReadSeq: 0 });
