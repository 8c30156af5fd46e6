import { canAsk } from '../processor-time.js';
import { interleave } from '../statistics.js';

const ROUNDS = 5;
const SECONDS = 1;
const SIZES = ['2', '10', '200'];
const MOST_SENDERS = { 2: 400, 10: 400, 200: 40, 1000: 40 };
// Who is measured for which rows.
const PEERS = {
  bare: ['B1', 'B2', 'B3'],
  tutorial: ['B4', 'B11'],
  centrifugo: ['B14'],
  feathers: ['B15'],
};
const BY_THE_SYSTEM = ['B11', 'B14'];

/** Messages that are stored and fanned out: what one costs, and how many there are in a second. */
export const messages = {
  rows: Object.values(PEERS).flat(),
  async run(backend, { wanted, skip }) {
    const isMeasured = (row) => wanted.has(row) && (canAsk() || !BY_THE_SYSTEM.includes(row));
    for (const row of BY_THE_SYSTEM) if (!canAsk()) skip([row], 'no /proc here');
    const crowds = { ours: await openCrowd(backend, 'ours') };
    for (const [name, rows] of Object.entries(PEERS))
      if (rows.some(isMeasured))
        await openCrowd(backend, name).then(
          (crowd) => void (crowds[name] = crowd),
          (error) => skip(rows, error.message),
        );
    const measures = Object.entries(crowds).flatMap(([name, crowd]) =>
      SIZES.map((size) => [`${name} ${size}`, () => measure(backend, crowd, backend.rooms[size])]),
    );
    const values = await interleave(ROUNDS, Object.fromEntries(measures));
    for (const crowd of Object.values(crowds)) await close(crowd);
    return Object.assign({}, ...Object.keys(crowds).map((name) => ROWS_OF[name]?.(values)));
  },
};

/** One room in which most only listen. */
export const largeRoom = {
  rows: ['B12'],
  async run(backend) {
    const [room] = backend.rooms[1000];
    const first = room.members[0];
    const rooms = [{ id: room.id, members: room.members.map((member) => member - first) }];
    const crowds = {};
    for (const name of ['ours', 'bare'])
      crowds[name] = await openCrowd(backend, name, rooms[0].members.length, first);
    const values = await interleave(ROUNDS, {
      ours: async () => (await measure(backend, crowds.ours, rooms)).cpu,
      peer: async () => (await measure(backend, crowds.bare, rooms)).cpu,
    });
    for (const crowd of Object.values(crowds)) await close(crowd);
    return { B12: values };
  },
};

/** A server with a socket for each of the users who are in the rooms, 400 of those who talk. */
export async function openCrowd(backend, name, count = 400, first = 0) {
  const server = await backend[name]();
  const generator = backend.generator();
  const token = name === 'ours' ? 'ours' : 'peer';
  const client = name === 'centrifugo' ? 'centrifugo' : 'socketIo';
  const accounts = backend.accounts
    .slice(first, first + count)
    .map((account) => ({ port: server.port, token: account[token], client }));
  try {
    await generator.ask({ work: 'connect', accounts });
  } catch (error) {
    await close({ server, generator }); // a run that goes on without it must end
    throw error;
  }
  return { server, generator };
}

export async function close({ server, generator }) {
  await generator.stop();
  await server.stop();
}

async function measure(backend, { server, generator }, rooms) {
  const senders = sendersOf(rooms, MOST_SENDERS[rooms[0].members.length]);
  return measureTalk(backend, { server, generator }, senders);
}

/** What a message of these senders costs, and how many there are in a second. */
export async function measureTalk(backend, { server, generator }, senders, seconds = SECONDS) {
  const databaseCpu = () => (canAsk() ? backend.databaseCpu() : 0);
  const before = { server: await server.cpu(), database: databaseCpu() };
  const talk = { work: 'talk', senders, seconds, inFlight: senders.length };
  const { messages: count, seconds: took } = await generator.ask(talk);
  if (count === 0) throw new Error('no message was taken');
  return {
    cpu: ((await server.cpu()) - before.server) / count,
    database: (databaseCpu() - before.database) / count,
    rate: count / took,
  };
}

/** Members of all rooms, as many of each: places of sockets, and where they talk. */
export function sendersOf(rooms, most) {
  const each = Math.ceil(most / rooms.length);
  const places = rooms.flatMap(({ id, members }) =>
    members.slice(0, each).map((member) => [member, id]),
  );
  return places.slice(0, most);
}

const beside = (values, peer, figure, size) => ({
  ours: values[`ours ${size}`].map((value) => value[figure]),
  peer: values[`${peer} ${size}`].map((value) => value[figure]),
});

const inAllSizes = (row, values, peer, figure) =>
  Object.fromEntries(SIZES.map((size) => [`${row}.${size}`, beside(values, peer, figure, size)]));

/** What the values say, by the peer. */
const ROWS_OF = {
  bare: (values) => ({
    B1: beside(values, 'bare', 'cpu', '2'),
    B2: beside(values, 'bare', 'cpu', '10'),
    B3: beside(values, 'bare', 'cpu', '200'),
  }),
  tutorial: (values) => ({
    ...inAllSizes('B4', values, 'tutorial', 'rate'),
    ...(canAsk() && { B11: beside(values, 'tutorial', 'database', '2') }),
  }),
  centrifugo: (values) => inAllSizes('B14', values, 'centrifugo', 'cpu'),
  feathers: (values) => inAllSizes('B15', values, 'feathers', 'rate'),
};
