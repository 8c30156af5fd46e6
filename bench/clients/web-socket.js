import { connect } from 'node:net';

const OPCODE = 0x0f;
const CLOSE = 0x8;
const PING = 0x9;

/**
 * A client of WebSockets that costs next to nothing: it hands on where in the data a text stands. The
 * libraries' own clients would be busier than the servers they are to load.
 */
export function openWebSocket({ port, path, onOpen = () => {}, onText, onClosed }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let rest = Buffer.alloc(0);
  let isOpen = false;

  function take(data, start, end, opcode) {
    if (opcode === PING) socket.write(toFrame('', 0x8a));
    else if (opcode === CLOSE)
      onClosed(start < end ? `code ${data.readUInt16BE(start)}` : 'no code');
    else onText(data, start, end);
  }

  socket.on('data', (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return void (rest = data);
      isOpen = true;
      data = data.subarray(end + 4);
      onOpen();
    }
    rest = data.subarray(readFrames(data, take));
  });
  socket.on('error', (error) => onClosed(error.message));
  socket.on('close', () => onClosed('closed'));
  socket.write(toUpgrade(path));
  return { send: (text) => socket.write(toFrame(text)), close: () => socket.destroy() };
}

const toUpgrade = (path) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString('base64')}`,
    '\r\n',
  ].join('\r\n');

/** Calls `take` for the payload of each whole frame; returns where the first partial one begins. */
function readFrames(data, take) {
  let at = 0;
  while (data.length - at >= 2) {
    let size = data[at + 1] & 0x7f;
    let start = at + 2;
    if (size === 126) {
      if (data.length - at < 4) break;
      size = data.readUInt16BE(start);
      start += 2;
    } else if (size === 127) {
      if (data.length - at < 10) break;
      size = Number(data.readBigUInt64BE(start));
      start += 8;
    }
    if (data.length < start + size) break;
    take(data, start, start + size, data[at] & OPCODE);
    at = start + size;
  }
  return at;
}

/** A text frame, masked with zeros: the mask is required, what is in it is not. */
function toFrame(text, head = 0x81) {
  const size = Buffer.byteLength(text);
  const isShort = size < 126;
  const frame = Buffer.alloc((isShort ? 6 : 8) + size);
  frame[0] = head;
  frame[1] = 0x80 | (isShort ? size : 126);
  if (!isShort) frame.writeUInt16BE(size, 2);
  frame.write(text, isShort ? 6 : 8);
  return frame;
}
