import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Readiness } from '../feature.ts';
import type { Events } from '../../platform/lib/events.ts';

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
  watchRefusals(registry, node.events);
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

  events.on('socket:opened', () => sockets.inc());
  events.on('socket:closed', () => sockets.dec());
  events.on('request:ended', ({ method, route, status, ms }) =>
    requestOf(method, route, String(status)).observe(ms / msInSecond),
  );
  events.on('command:ended', ({ name, outcome, ms }) =>
    commandOf(name, outcome).observe(ms / msInSecond),
  );
}

/** What clients do against the protocol. */
function watchRefusals(registry: Registry, events: Events): void {
  const registers = [registry];
  const unacknowledged = new Counter({
    name: 'chat_commands_unacknowledged_total',
    help: 'Commands that asked for no acknowledgement and were not done.',
    labelNames: ['name'],
    registers,
  });
  const refused = new Counter({
    name: 'chat_connects_refused_total',
    help: 'Refused connects, by reason.',
    labelNames: ['reason'],
    registers,
  });
  events.on('connect:refused', ({ reason }) => refused.inc({ reason }));
  events.on('command:unacknowledged', ({ name }) => unacknowledged.inc({ name }));
}

function watchBatches(registry: Registry, events: Events): void {
  const registers = [registry];
  const sizes = new Histogram({
    name: 'chat_batch_messages',
    help: 'Messages that one commit stores.',
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
    help: 'How long a commit took, including retries.',
    buckets: seconds,
    registers,
  });
  const conflicts = new Counter({
    name: 'chat_batch_conflicts_total',
    help: 'How often another node was faster and messages were numbered again.',
    registers,
  });
  events.on('batch:ended', (batch) => {
    sizes.observe(batch.messages);
    waits.observe(batch.waitedMs / msInSecond);
    commits.observe(batch.ms / msInSecond);
    conflicts.inc(batch.conflicts);
  });
}

/** Measured at each scrape. */
function watchState(registry: Registry, readiness: Readiness): void {
  const states = {
    database_up: [
      'The database answers a ping within a second.',
      async () => readiness.databaseAnswers(),
    ],
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
