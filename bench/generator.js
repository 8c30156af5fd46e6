import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCentrifugo } from './clients/centrifugo.js';
import { openSocketIo } from './clients/socket-io.js';
import { startAtRate } from './peers/at-rate.js';

// A process of its own, because what it costs is nobody's: opens sockets and lets them talk.
const AT_ONCE = 200; // connects that wait for `ready`
const REFUSED_MS = 50;
const CONTENT = 'As long as what people write to each other in a chat, which is not much. '.repeat(
  2,
);
const clients = { socketIo: openSocketIo, centrifugo: openCentrifugo };
const works = { connect, talk, close };

const sockets = [];
const answered = new Map(); // number of a send → what is done when it is answered
const noticed = new Map(); // id of a message → what is done when the peer hears of it
let count = 0;

process.on('message', ({ work, ...options }) => {
  works[work](options).then(
    (answer) => process.send(answer ?? {}),
    (error) => process.send({ error: String(error.stack) }),
  );
});

/** Opens sockets, in seconds until the last one is ready. `hears`: its notices are timed. */
async function connect({ accounts }) {
  const rest = accounts.values();
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const account of rest) await open(account);
    }),
  );
  return { seconds: (performance.now() - begin) / 1_000 };
}

function open({ port, token, client = 'socketIo', hears = false }) {
  return new Promise((resolve, reject) => {
    const place = sockets.length;
    sockets.push(undefined);
    sockets[place] = clients[client]({
      port,
      token,
      onReady: resolve,
      onEvent(data, start, end) {
        if (hears) hear(data.toString('latin1', start, end));
      },
      onAnswer(number, isTaken) {
        answered.get(number)?.(isTaken);
        answered.delete(number);
      },
      onClosed: (reason) => reject(new Error(`a socket was closed: ${reason}`)),
    });
  });
}

function hear(text) {
  const id = /"id":"([^"]+)"/.exec(text)?.[1];
  noticed.get(id)?.();
  noticed.delete(id);
}

/**
 * Lets `senders`, each a socket, a conversation and what sends carry besides, talk in turn: so many
 * messages in flight, or at a rate a second. What is carried once is a list, and the end of one ends it.
 */
async function talk({ senders, seconds, inFlight = 0, rate = 0 }) {
  const times = { answers: [], notices: [] };
  let refused = 0;
  let turn = 0;
  const begin = performance.now();
  const end = begin + seconds * 1_000;

  const isLeft = () => {
    const [, , sent] = senders[turn % senders.length];
    return !Array.isArray(sent) || sent.length > 0;
  };

  function say() {
    const [place, conversationId, all] = senders[turn++ % senders.length];
    const sent = Array.isArray(all) ? all.pop() : all;
    const number = (count += 1);
    const at = performance.now();
    const payload = { conversationId, id: newId(), content: CONTENT, ...sent };
    noticed.set(payload.id, () => times.notices.push(performance.now() - at));
    return new Promise((resolve) => {
      answered.set(number, (isTaken) => {
        if (isTaken) {
          times.answers.push(performance.now() - at);
          return resolve();
        }
        // A server without processor time refuses: that it costs is counted, that it is asked on is not.
        refused += 1;
        setTimeout(resolve, REFUSED_MS);
      });
      sockets[place].say(number, payload);
    });
  }

  const lines = Array.from({ length: inFlight }, async () => {
    while (performance.now() < end && isLeft()) await say();
  });
  await Promise.all(rate > 0 ? await startAtRate({ rate, seconds }, say) : lines);
  const took = (performance.now() - begin) / 1_000;
  await sleep(100); // for the last notices
  noticed.clear();
  return { messages: times.answers.length, refused, seconds: took, ...middles(times) };
}

/** A UUID of version 7, as our client makes them. */
function newId() {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

const middles = ({ answers, notices }) => ({ answer: middle(answers), notice: middle(notices) });

const middle = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? null;

async function close() {
  for (const socket of sockets.splice(0)) socket.close();
}
