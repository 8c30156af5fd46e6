import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Readiness } from '../../feature.ts';
import type { Events } from '../../shared/events.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const messages = [1, 2, 5, 10, 25, 50, 100, 250, 500];
const msInSecond = 1_000;

/**
 * Creates the metrics of one node and keeps them current. Labels are names of the contract and
 * statuses, never ids: each value of a label is a series that the monitoring keeps.
 */
export function createMetrics(node: {
  readonly events: Events;
  readonly readiness: Readiness;
}): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry }); // memory, garbage collection, event loop
  watchClients(registry, node.events);
  watchBatches(registry, node.events);
  watchState(registry, node.readiness);
  return registry;
}

function watchClients(registry: Registry, events: Events): void {
  const registers = [registry];
  const sockets = new Gauge({
    name: 'chat_sockets',
    help: 'Open sockets of clients.',
    registers,
  });
  const requests = new Histogram({
    name: 'chat_request_seconds',
    help: 'HTTP requests, by the template of their route.',
    labelNames: ['method', 'route', 'status'],
    buckets: seconds,
    registers,
  });
  const commands = new Histogram({
    name: 'chat_command_seconds',
    help: 'Commands of sockets, from arrival to acknowledgement.',
    labelNames: ['name', 'outcome'],
    buckets: seconds,
    registers,
  });
  const requestOf = children((...labels) => requests.labels(...labels));
  const commandOf = children((...labels) => commands.labels(...labels));

  events.hear('socket:opened', () => sockets.inc());
  events.hear('socket:closed', () => sockets.dec());
  events.hear('request:ended', ({ method, route, status, ms }) =>
    requestOf(method, route, String(status)).observe(ms / msInSecond),
  );
  events.hear('command:ended', ({ name, outcome, ms }) =>
    commandOf(name, outcome).observe(ms / msInSecond),
  );
}

function watchBatches(registry: Registry, events: Events): void {
  const registers = [registry];
  const sizes = new Histogram({
    name: 'chat_batch_messages',
    help: 'Messages that one commit of a lane stores.',
    buckets: messages,
    registers,
  });
  const waits = new Histogram({
    name: 'chat_batch_wait_seconds',
    help: 'How long the oldest message of a batch waited for its commit to begin.',
    buckets: seconds,
    registers,
  });
  const commits = new Histogram({
    name: 'chat_batch_commit_seconds',
    help: 'How long a commit took, with everything that had to be tried again.',
    buckets: seconds,
    registers,
  });
  const conflicts = new Counter({
    name: 'chat_batch_conflicts_total',
    help: 'How often another node was faster and messages were numbered anew.',
    registers,
  });
  events.hear('batch:ended', (batch) => {
    sizes.observe(batch.messages);
    waits.observe(batch.waitedMs / msInSecond);
    commits.observe(batch.ms / msInSecond);
    conflicts.inc(batch.conflicts);
  });
}

/** Looked at when somebody asks. */
function watchState(registry: Registry, readiness: Readiness): void {
  const states = {
    database_up: ['The database answers a ping within a second.', readiness.databaseAnswers],
    draining: ['This node is shutting down.', async () => readiness.draining],
    overloaded: ['This node refuses new sends.', async () => readiness.overloaded],
  } as const;
  for (const [name, [help, holds]] of Object.entries(states))
    // The registry keeps it.
    void new Gauge({
      name: `chat_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(Number(await holds()));
      },
    });
}

/** Finds the child of a metric by its labels: the library's own way sorts and hashes them each time. */
function children<Child>(create: (...labels: string[]) => Child): (...labels: string[]) => Child {
  const known = new Map<string, Child>();
  return (...labels) => {
    const key = labels.join(' ');
    const child = known.get(key) ?? create(...labels);
    known.set(key, child);
    return child;
  };
}
