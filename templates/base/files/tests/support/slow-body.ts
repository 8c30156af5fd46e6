import { connect, type Socket } from 'node:net';
import type { TestApp } from './app.ts';
import { onTestFinished } from './finish.ts';

/** Starts a request with one byte of its body, from an address; what is answered grows in `text`. */
export function startBody({ url }: TestApp, address: string): { socket: Socket; text: string } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const request = { socket, text: '' };
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.on('data', (chunk) => (request.text += chunk.toString()));
  socket.write(
    `POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
  );
  return request;
}
