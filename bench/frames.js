import { connect } from 'node:net';

/**
 * A Socket.IO client that costs next to nothing: of what it receives it looks at the first letters
 * only. The library's own client would be busier than the servers it is to load.
 */
export function openSocket({ port, token, event, acknowledgement, closed }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let rest = Buffer.alloc(0);
  let isOpen = false;
  const send = (text) => socket.write(toFrame(text));

  function take(data, start, end) {
    const kind = data[start];
    const part = data[start + 1];
    if (kind === 0x30)
      send(`40${JSON.stringify({ token })}`); // 0: the engine is open
    else if (kind === 0x32)
      send('3'); // 2: ping
    else if (part === 0x33) acknowledgement(data.toString('latin1', start + 2, start + 24));
    else if (part === 0x32) event(data, start + 2, end);
    else if (part === 0x34) closed(data.toString('utf8', start, end)); // 44: refused
  }

  socket.on('data', (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return void (rest = data);
      isOpen = true;
      data = data.subarray(end + 4);
    }
    rest = data.subarray(readFrames(data, take));
  });
  socket.on('error', (error) => closed(error.message));
  socket.on('close', () => closed('closed'));
  socket.write(upgrade);
  return { send, close: () => socket.destroy() };
}

const upgrade = [
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
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
    take(data, start, start + size);
    at = start + size;
  }
  return at;
}

/** A text frame, masked with zeros: the mask is required, what is in it is not. */
function toFrame(text) {
  const size = Buffer.byteLength(text);
  const isShort = size < 126;
  const frame = Buffer.alloc((isShort ? 6 : 8) + size);
  frame[0] = 0x81;
  frame[1] = 0x80 | (isShort ? size : 126);
  if (!isShort) frame.writeUInt16BE(size, 2);
  frame.write(text, isShort ? 6 : 8);
  return frame;
}
