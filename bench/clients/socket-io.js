import { openWebSocket } from './web-socket.js';

const PATH = '/socket.io/?EIO=4&transport=websocket';

/**
 * A client of ours and of every peer on Socket.IO: of what it receives it looks at the first letters
 * only.
 */
export function openSocketIo({ port, token, onReady, onEvent, onAnswer, onClosed }) {
  const socket = openWebSocket({ port, path: PATH, onText, onClosed });

  function onText(data, start, end) {
    const kind = data[start];
    const part = data[start + 1];
    if (kind === 0x30)
      socket.send(`40${JSON.stringify({ token })}`); // 0: the engine is open
    else if (kind === 0x32)
      socket.send('3'); // 2: ping
    else if (part === 0x33) answer(data.toString('latin1', start + 2, start + 24));
    else if (part === 0x32) {
      if (data[start + 4] === 0x72) onReady(); // 42["ready"
      onEvent(data, start + 2, end);
    } else if (part === 0x34) onClosed(data.toString('utf8', start, end)); // 44: refused
  }

  function answer(text) {
    onAnswer(Number.parseInt(text, 10), text.includes('[{"ok":true'));
  }

  const say = (number, payload) =>
    socket.send(`42${number}${JSON.stringify(['message:send', payload])}`);
  return { say, close: socket.close };
}
