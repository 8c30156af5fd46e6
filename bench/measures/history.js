import { Agent } from 'node:http';
import { read } from '../requests.js';
import { interleave } from '../statistics.js';

const ROUNDS = 5;
/** How many pages `readPages` reads. */
export const PAGES = 400;
const AT_ONCE = 4;

/** A page in the middle of a long history, and of a short one. */
export const history = {
  rows: ['B7'],
  async run(backend) {
    const server = await backend.ours();
    const driver = backend.driver();
    const [short, long] = backend.rooms.history;
    const { ours: token } = backend.accounts[long.members[0]];
    const ask = { server, token, agent: new Agent({ keepAlive: true, maxSockets: AT_ONCE }) };
    const values = await interleave(ROUNDS, {
      long: () => readPages(ask, long.id, (page) => 50_000 - page),
      short: () => readPages(ask, short.id, (page) => 900 - page),
      driver: async () => {
        const find = { work: 'find', conversation: long.id, before: 50_000, pages: PAGES };
        return (await driver.ask(find)).cpu;
      },
    });
    ask.agent.destroy();
    for (const one of [driver, server]) await one.stop();
    return {
      B7: { ours: values.long, peer: values.driver },
      'B7.flat': { ours: values.long, peer: values.short },
    };
  },
};

/** Microseconds of the server a page. */
export async function readPages({ server, token, agent }, conversationId, beforeOf) {
  const path = `/v1/conversations/${conversationId}/messages?limit=50&before=`;
  const headers = { authorization: `Bearer ${token}` };
  const start = await server.cpu();
  const pages = Array.from({ length: PAGES }, (_, page) => page).values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const page of pages)
        await read({ port: server.port, path: `${path}${beforeOf(page)}`, agent, headers });
    }),
  );
  return ((await server.cpu()) - start) / PAGES;
}
