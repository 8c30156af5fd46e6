import { interleave } from '../statistics.js';

const ROUNDS = 5;
const SECONDS = 1.5;
const SIZES = ['2', '10', '200'];
const SUBJECTS = ['ours', 'bare', 'tutorial'];
const MOST_SENDERS = { 2: 400, 10: 400, 200: 40 };

/** Messages that are stored and fanned out: what one costs, and how many there are in a second. */
export const messages = {
  rows: ['B1', 'B2', 'B3', 'B4'],
  async run(backend) {
    const crowds = {};
    for (const name of SUBJECTS) crowds[name] = await openCrowd(backend, name);
    const measures = SUBJECTS.flatMap((name) =>
      SIZES.map((size) => [`${name} ${size}`, () => measure(crowds[name], backend.rooms[size])]),
    );
    const values = await interleave(ROUNDS, Object.fromEntries(measures));
    for (const { server, generator } of Object.values(crowds)) {
      await generator.stop();
      await server.stop();
    }
    return toRows(values);
  },
};

/** A server with a socket for each of the 400 users who talk. */
export async function openCrowd(backend, name, count = 400, first = 0) {
  const server = await backend[name]();
  const generator = backend.generator();
  const token = name === 'ours' ? 'ours' : 'peer';
  const accounts = backend.accounts
    .slice(first, first + count)
    .map((account) => ({ port: server.port, token: account[token] }));
  await generator.ask({ work: 'connect', accounts });
  return { server, generator };
}

async function measure({ server, generator }, rooms) {
  const senders = sendersOf(rooms, MOST_SENDERS[rooms[0].members.length]);
  const before = await server.cpu();
  const talk = { work: 'talk', senders, seconds: SECONDS, inFlight: senders.length };
  const { messages: count, seconds } = await generator.ask(talk);
  if (count === 0) throw new Error('no message was taken');
  return { cpu: ((await server.cpu()) - before) / count, rate: count / seconds };
}

/** Members of all rooms, as many of each: places of sockets, and where they talk. */
export function sendersOf(rooms, most) {
  const each = Math.ceil(most / rooms.length);
  const places = rooms.flatMap(({ id, members }) =>
    members.slice(0, each).map((member) => [member, id]),
  );
  return places.slice(0, most);
}

function toRows(values) {
  const of = (name, figure) => values[name].map((value) => value[figure]);
  const cost = (size) => ({ ours: of(`ours ${size}`, 'cpu'), peer: of(`bare ${size}`, 'cpu') });
  const speed = (size) => ({
    ours: of(`ours ${size}`, 'rate'),
    peer: of(`tutorial ${size}`, 'rate'),
  });
  return {
    B1: cost('2'),
    B2: cost('10'),
    B3: cost('200'),
    ...Object.fromEntries(SIZES.map((size) => [`B4.${size}`, speed(size)])),
  };
}
