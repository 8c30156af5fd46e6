import { Agent } from 'node:http';
import { performance } from 'node:perf_hooks';
import { standardFeatures } from '../backend.js';
import { word } from '../peers/words.js';
import { read } from '../requests.js';
import { interleave } from '../statistics.js';
import { openCrowd, sendersOf } from './messages.js';

const MESSAGES = Number(process.env.BENCH_SEARCHED ?? 300_000);
const READER = 2; // by their place among the accounts
const ROUNDS = 5;
const SEARCHES = 200;
const SECONDS = 3; // the feed makes a round each second
const MOST_SENDERS = 400;

/** Searches of one user in 200 conversations, and what sends lose while entries are made of them. */
export const search = {
  rows: ['B20'],
  async run(backend) {
    const searching = await backend.another('searching', [...standardFeatures(), 'search']);
    backend.say(`indexing ${MESSAGES} messages`);
    const whose = { SEARCHED: String(MESSAGES), READER: `bench-${READER}` };
    await searching.write('bench/seed-search.js', whose);
    await searching.write('dist/tools/search-rebuild.js');
    const p95 = await measureSearches(searching);
    const rates = await measureSends({ ours: searching, peer: backend });
    return { B20: { ours: p95, peer: p95.map(() => 50) }, 'B20.sends': rates };
  },
};

/** Milliseconds within which 95 of 100 searches are answered, one at a time. */
async function measureSearches(searching) {
  const server = await searching.ours();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { ours: token } = searching.accounts[READER];
  const headers = { authorization: `Bearer ${token}` };
  const { p95 } = await interleave(ROUNDS, {
    async p95() {
      const times = [];
      for (let asked = 0; asked < SEARCHES; asked += 1) {
        const path = `/v1/search/messages?query=${queryOf(asked)}`;
        const start = performance.now();
        await read({ port: server.port, path, agent, headers });
        times.push(performance.now() - start);
      }
      return times.toSorted((a, b) => a - b)[Math.floor(SEARCHES * 0.95)];
    },
  });
  agent.destroy();
  await server.stop();
  return p95;
}

/** One word or two, frequent ones as rare ones; a beginning alone is another matter, by design. */
const queryOf = (asked) => (asked % 2 === 0 ? word() : `${word()}+${word()}`);

async function measureSends(backends) {
  const crowds = {};
  for (const [name, backend] of Object.entries(backends))
    crowds[name] = await openCrowd(backend, 'ours');
  const measures = Object.entries(backends).map(([name, { rooms }]) => [
    name,
    async () => {
      const senders = sendersOf(rooms[10], MOST_SENDERS);
      const talk = { work: 'talk', senders, seconds: SECONDS, inFlight: senders.length };
      const { messages, seconds } = await crowds[name].generator.ask(talk);
      return messages / seconds;
    },
  ]);
  const rates = await interleave(ROUNDS, Object.fromEntries(measures));
  for (const { generator, server } of Object.values(crowds)) {
    await generator.stop();
    await server.stop();
  }
  return rates;
}
