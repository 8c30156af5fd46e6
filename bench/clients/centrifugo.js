import { openWebSocket } from './web-socket.js';

const PATH = '/connection/websocket';
const LINE_FEED = 10;
const PUSH = 0x70; // {"push":
const ID = 0x69; // {"id":
const HEAD = 48; // letters that say how a publication went

/** A client of Centrifugo, which publishes what ours sends into the same rooms. */
export function openCentrifugo({ port, token, onReady, onEvent, onAnswer, onClosed }) {
  const { user, rooms } = JSON.parse(token);
  const socket = openWebSocket({ port, path: PATH, onOpen, onText, onClosed });
  const ask = (id, request) => socket.send(JSON.stringify({ id, ...request }));
  // What comes before the first publication is counted downwards from the largest number there is.
  const first = 2 ** 32 - 1;
  let joined = 0;

  function onOpen() {
    ask(first, { connect: {} });
  }

  /** A frame holds several lines where they were sent together. */
  function onText(data, start, end) {
    for (let at = start; at < end;) {
      const next = data.indexOf(LINE_FEED, at);
      const stop = next < 0 || next > end ? end : next;
      take(data, at, stop);
      at = stop + 1;
    }
  }

  function take(data, start, end) {
    const kind = data[start + 2];
    if (kind === PUSH) onEvent(data, start, end);
    else if (kind === ID) answer(data.toString('latin1', start + 6, Math.min(end, start + HEAD)));
    else socket.send('{}'); // a ping, which stands alone or among other lines
  }

  function answer(text) {
    const id = Number.parseInt(text, 10);
    const isTaken = !text.includes('"error":');
    if (id < first - rooms.length) return onAnswer(id, isTaken);
    if (!isTaken) return onClosed(text);
    if (joined === rooms.length) return onReady();
    joined += 1;
    ask(first - joined, { subscribe: { channel: rooms[joined - 1] } });
  }

  return {
    close: socket.close,
    say(number, { conversationId, ...content }) {
      const message = { conversationId, ...content, sender: user, timestamp: new Date() };
      ask(number, { publish: { channel: conversationId, data: message } });
    },
  };
}
