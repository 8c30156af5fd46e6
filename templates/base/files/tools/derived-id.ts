import { createHash } from 'node:crypto';

/** The id of a message that follows from names: a UUID of version 8 (RFC 9562, section 5.8). */
export function idOf(...names: readonly string[]): string {
  const hex = createHash('sha256').update(names.join(' ')).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(12, 15)}`,
    `8${hex.slice(15, 18)}`,
  ];
  return [...parts, hex.slice(18, 30)].join('-');
}
