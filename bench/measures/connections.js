import { setTimeout as sleep } from 'node:timers/promises';
import { interleave } from '../statistics.js';

const ROUNDS = 3;
const IDLE = 5_000; // each in five rooms
const GONE_MS = 1_500; // until the servers have forgotten the sockets that were closed

/** What an idle connection takes, and how many come in a second. */
export const connections = {
  rows: ['B6', 'B8'],
  async run(backend) {
    const servers = { ours: await backend.ours(), peer: await backend.bare() };
    const generator = backend.generator();
    const accounts = (name) =>
      backend.accounts
        .slice(-IDLE)
        .map((account) => ({ port: servers[name].port, token: account[name] }));

    async function measure(name) {
      const server = servers[name];
      const before = await server.heap();
      const { seconds } = await generator.ask({ work: 'connect', accounts: accounts(name) });
      const heap = ((await server.heap()) - before) / IDLE / 1_024;
      await generator.ask({ work: 'close' });
      await sleep(GONE_MS);
      return { heap, rate: IDLE / seconds };
    }

    const values = await interleave(ROUNDS, {
      ours: () => measure('ours'),
      peer: () => measure('peer'),
    });
    for (const one of [generator, ...Object.values(servers)]) await one.stop();
    return { B6: pick(values, 'heap'), B8: pick(values, 'rate') };
  },
};

const pick = ({ ours, peer }, figure) => ({
  ours: ours.map((value) => value[figure]),
  peer: peer.map((value) => value[figure]),
});
