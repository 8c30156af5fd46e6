/** The middle one; NaN of nothing. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The same items in an order by chance. */
export function shuffle(items) {
  const order = items.map((item) => [Math.random(), item]);
  return order.toSorted(([a], [b]) => a - b).map(([, item]) => item);
}

/**
 * Runs every measure once a round, in an order by chance, and drops the first round.
 * Returns name → the values of the rounds.
 */
export async function interleave(rounds, measures) {
  const values = new Map(Object.keys(measures).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, measure] of shuffle(Object.entries(measures))) {
      const value = await measure();
      if (round > 0) values.get(name).push(value);
    }
  return Object.fromEntries(values);
}

/** What a row says: the middle and the least of both sides, and the ratios of the rounds. */
export function summarise(row, { ours, peer }) {
  const ratios = ours.map((value, round) => ratioOf(value, peer[round]));
  const ratio = median(ratios);
  return {
    ours: { median: median(ours), min: Math.min(...ours) },
    peer: { median: median(peer), min: Math.min(...peer) },
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    isMet: row.most === undefined ? ratio >= row.least : ratio <= row.most,
  };
}

/** Nothing beside nothing is equal. */
const ratioOf = (value, base) => (value === base ? 1 : value / base);
