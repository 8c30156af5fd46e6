import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { interleave } from '../statistics.js';
import { freePort, run } from '../processes.js';

const ROUNDS = 5;
const SECONDS = 1.5;
const RATE = 200; // messages a second: what is timed is the way, not a queue
const PAIRS = 100;

/** From a send on one node to its notice on another one, beside the same way within one node. */
export const nodes = {
  rows: ['B9'],
  async run(backend) {
    const redis = await startRedis();
    const env = { REDIS_URL: redis.url };
    const servers = [await backend.ours(env), await backend.ours(env)];
    const ways = {};
    for (const [name, server] of [
      ['ours', servers[1]],
      ['peer', servers[0]],
    ])
      ways[name] = await openPairs(backend, servers[0].port, server.port);
    const values = await interleave(ROUNDS, {
      ours: () => ways.ours.measure(),
      peer: () => ways.peer.measure(),
    });
    for (const one of [ways.ours.generator, ways.peer.generator, ...servers, redis])
      await one.stop();
    return { B9: values };
  },
};

/** Whether a row can be measured here. */
export const hasRedis = () =>
  run('redis-server', ['--version']).then(
    () => true,
    () => false,
  );

/** The first of each pair talks at one node, the second listens at the other. */
async function openPairs(backend, speaking, listening) {
  const generator = backend.generator();
  const pairs = backend.rooms.pairs.slice(0, PAIRS);
  const accounts = pairs.flatMap(({ members: [speaker, listener] }) => [
    { port: speaking, token: backend.accounts[speaker].ours },
    { port: listening, token: backend.accounts[listener].ours, hears: true },
  ]);
  await generator.ask({ work: 'connect', accounts });
  const senders = pairs.map(({ id }, index) => [index * 2, id]);
  return {
    generator,
    async measure() {
      const talk = { work: 'talk', senders, seconds: SECONDS, rate: RATE };
      const { notice, refused } = await generator.ask(talk);
      if (refused > 0 || notice === null) throw new Error('no notice came');
      return notice;
    },
  };
}

async function startRedis() {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const chunk of child.stdout) if (/Ready to accept/.test(chunk)) break;
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
