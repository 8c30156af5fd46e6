import type { Use } from '../support/uses.ts';

export const uses: readonly Use[] = [{ of: 'ping', input: () => ({}), answers: { anybody: 200 } }];
