import { interleave } from '../statistics.js';
import { openCrowd } from './messages.js';

const ROUNDS = 5;
const SECONDS = 1.5;
const IN_FLIGHT = 200;
const FIRST = 400; // the accounts before belong to other rooms
const COUNTS = ['10', '100', '1000'];

/** The same messages in more and more conversations. */
export const growth = {
  rows: ['B10'],
  async run(backend) {
    const { server, generator } = await openCrowd(backend, 'ours', 2_000, FIRST);

    async function measure(count) {
      const rooms = backend.rooms.pairs.slice(0, count);
      const senders = rooms.flatMap(({ id, members }) =>
        members.map((member) => [member - FIRST, id]),
      );
      const before = await server.cpu();
      const talk = { work: 'talk', senders, seconds: SECONDS, inFlight: IN_FLIGHT };
      const { messages } = await generator.ask(talk);
      return ((await server.cpu()) - before) / messages;
    }

    const measures = COUNTS.map((count) => [count, () => measure(Number(count))]);
    const values = await interleave(ROUNDS, Object.fromEntries(measures));
    for (const one of [generator, server]) await one.stop();
    return {
      'B10.100': { ours: values[100], peer: values[10] },
      'B10.1000': { ours: values[1000], peer: values[10] },
    };
  },
};
