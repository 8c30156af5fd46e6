import { Agent } from 'node:http';
import { read } from '../requests.js';
import { interleave } from '../statistics.js';

const ROUNDS = 5;
const LISTS = 100;
const AT_ONCE = 4;
const PATH = '/v1/conversations?limit=50';

/** The first page of the conversations of somebody who has as many as one may, and of somebody with 50. */
export const lists = {
  rows: ['B13'],
  async run(backend) {
    const server = await backend.ours();
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const [few, many] = [backend.rooms.lists.at(0), backend.rooms.lists.at(-1)].map(
      ({ members }) => backend.accounts[members[0]].ours,
    );

    /** Milliseconds of the server a list. */
    async function measure(token) {
      const headers = { authorization: `Bearer ${token}` };
      const start = await server.cpu();
      const places = Array.from({ length: LISTS }).values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const _ of places) await read({ port: server.port, path: PATH, agent, headers });
        }),
      );
      return ((await server.cpu()) - start) / LISTS / 1_000;
    }

    const values = await interleave(ROUNDS, {
      many: () => measure(many),
      few: () => measure(few),
    });
    agent.destroy();
    await server.stop();
    return {
      B13: { ours: values.many, peer: values.many.map(() => 15) },
      'B13.flat': { ours: values.many, peer: values.few },
    };
  },
};
