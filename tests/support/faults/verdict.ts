/** A message that was sent, or one that was acknowledged with its place. */
export interface Sent {
  readonly room: string;
  readonly sender: string;
  readonly id: string;
  /** Counts the messages of one sender. */
  readonly number: number;
}

export interface Acked {
  readonly room: string;
  readonly sender: string;
  readonly id: string;
  readonly seq: number;
  /** Milliseconds of the machine's clock. */
  readonly at: number;
}

/** A message as it is stored, or as a member sees it. */
export interface Stored {
  readonly room: string;
  readonly seq: number;
  readonly id: string;
  /** Who sent it and which of theirs it is: `name number`. */
  readonly content: string;
}

/** What is known after a series; everything but the first must be 0. */
export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged and not there, or not at the place that was acknowledged. */
  readonly lost: number;
  /** Stored more than once. */
  readonly doubled: number;
  /** Behind a later one of the same sender. */
  readonly outOfOrder: number;
  /** Numbers that no message has, or that two have. */
  readonly holes: number;
  /** Stored and never sent. */
  readonly unknown: number;
}

/** Holds what is stored against what was sent and acknowledged. */
export function judge(
  sent: readonly Sent[],
  acked: readonly Acked[],
  stored: readonly Stored[],
): Verdict {
  const places = new Map<string, number>();
  let doubled = 0;
  for (const row of stored) {
    const key = keyOf(row.room, senderOf(row), row.id);
    if (places.has(key)) doubled += 1;
    else places.set(key, row.seq);
  }
  const known = new Set(sent.map(({ room, sender, id }) => keyOf(room, sender, id)));
  const promised = new Map(acked.map((one) => [keyOf(one.room, one.sender, one.id), one.seq]));
  return {
    acknowledged: promised.size,
    lost: acked.filter(({ room, sender, id, seq }) => places.get(keyOf(room, sender, id)) !== seq)
      .length,
    doubled,
    ...orderOf(stored),
    unknown: stored.filter((row) => !known.has(keyOf(row.room, senderOf(row), row.id))).length,
  };
}

function orderOf(stored: readonly Stored[]): Pick<Verdict, 'outOfOrder' | 'holes'> {
  let outOfOrder = 0;
  let holes = 0;
  const rooms = byRoom(stored);
  for (const rows of rooms.values()) {
    const last = new Map<string, number>();
    let before = 0;
    for (const row of rows) {
      if (row.seq !== before + 1) holes += 1;
      before = row.seq;
      const [sender, number] = [senderOf(row), numberOf(row)];
      if (number < (last.get(sender) ?? 0)) outOfOrder += 1;
      last.set(sender, Math.max(number, last.get(sender) ?? 0));
    }
  }
  return { outOfOrder, holes };
}

/** How many of the views are not what is stored of their room; a live one may begin later. */
export function countDiverged(
  stored: readonly Stored[],
  views: readonly {
    readonly room: string;
    readonly lines: readonly string[];
    readonly isWhole: boolean;
  }[],
): number {
  const rooms = byRoom(stored);
  const lines = new Map(
    [...rooms].map(([room, rows]) => [
      room,
      rows.map(({ seq, id, content }) => `${seq} ${id} ${content}`),
    ]),
  );
  return views.filter((view) => {
    const all = lines.get(view.room) ?? [];
    const wanted = view.isWhole ? all : all.slice(all.length - view.lines.length);
    const isEmpty = view.lines.length === 0 && all.length > 0;
    return (
      isEmpty ||
      view.lines.length !== wanted.length ||
      view.lines.some((line, i) => line !== wanted[i])
    );
  }).length;
}

/** The longest time in which no message of anybody was acknowledged. */
export function longestPause(acked: readonly Acked[]): number {
  const times = acked.map(({ at }) => at).sort((a, b) => a - b);
  return times.reduce((most, at, index) => Math.max(most, at - (times[index - 1] ?? at)), 0);
}

/** The rows of each room, by their place. */
function byRoom(stored: readonly Stored[]): ReadonlyMap<string, readonly Stored[]> {
  const rooms = new Map<string, Stored[]>();
  for (const row of stored.toSorted((a, b) => a.seq - b.seq)) {
    const rows = rooms.get(row.room);
    if (rows === undefined) rooms.set(row.room, [row]);
    else rows.push(row);
  }
  return rooms;
}

const keyOf = (room: string, sender: string, id: string): string => `${room} ${sender} ${id}`;
const senderOf = ({ content }: Stored): string => content.split(' ')[0] ?? '';
const numberOf = ({ content }: Stored): number => Number(content.split(' ')[1]);
