import { afterEach, vi } from 'vitest';

// Files share a worker and its globals: what a test puts in their place does not outlive it. Spies
// first, since one of a fake timer would put the fake one back.
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});
