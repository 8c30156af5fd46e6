import { limits } from '../../src/configs/limits.ts';
import { onTestFinished } from './finish.ts';

type Part = keyof typeof limits;
type Changes<Name extends Part> = Partial<Record<keyof (typeof limits)[Name], number>>;

/**
 * After how long a backend gives up here what a slow and busy machine does late although nothing is
 * wrong. Shorter than tests wait, so that one that fails says what the backend has answered.
 */
const patientMs = 45_000;

/** The limits that differ, also for backends and tools that are processes of their own. */
export const patience = {
  database: {
    queryMs: patientMs,
    pingMs: patientMs,
    transactionMs: patientMs,
    waitQueueMs: patientMs,
    socketTimeoutMs: 2 * patientMs, // above the deadline of a send, as in limits.ts
  },
  http: {
    headersTimeoutMs: patientMs,
    requestTimeoutMs: patientMs,
    keepAliveMs: patientMs, // a client that is late would meet its end
    idleMs: 2 * patientMs, // above the time in which an answer comes
  },
  loadShedding: { loopLagMs: patientMs },
  message: { sendDeadlineMs: patientMs },
  socket: { connectTimeoutMs: patientMs },
} satisfies { [Name in Part]?: Changes<Name> };

// Modules keep some limits as they find them: vitest.config.ts reads this file before any of them.
for (const [name, changes] of Object.entries(patience))
  Object.assign(limits[name as Part], changes);
// A real hash costs more than most tests cost otherwise; start.test.ts has one that looks at it.
Object.assign(limits.password, { memoryKibibytes: 64, iterations: 1 });

const usual = structuredClone(limits);

/**
 * Gives the backends of this worker other limits until the test ends: for tests of what happens at a
 * limit. Some are read only when a backend is created. Tests of a file that run at the same time set
 * the same ones.
 */
export function setLimits<Name extends Part>(name: Name, changes: Changes<Name>): void {
  Object.assign(limits[name], changes);
  onTestFinished(() => void Object.assign(limits[name], usual[name]));
}
