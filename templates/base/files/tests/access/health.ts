import type { Use } from '../support/uses.ts';

/** What anybody may ask: a proxy has no token. */
export const uses: readonly Use[] = [
  { of: 'livez', input: () => ({}), answers: { anybody: 200 } },
  { of: 'readyz', input: () => ({}), answers: { anybody: 200 } },
];
