import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { scan } from '../../src/backend/attachments/clamd.ts';
import { freePort } from '../../tools/free-port.ts';
import { setAttachmentLimits } from '../support/attachment-limits.ts';
import { clamd, eicar, startClamd } from '../support/clamd.ts';
import { until } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { begin, complete, picture, putTo, startWithFiles } from '../support/uploads.ts';

async function* pieces(bytes: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const unavailable = { code: 'unavailable' };

it.skipIf(clamd === undefined)(
  'S61 C91 a scanner finds what it knows, in whatever pieces it comes, and lets the rest pass',
  async () => {
    const scanner = await startClamd();
    for (const address of [scanner.address, scanner.socket]) {
      expect(await scan(pieces(eicar), address)).toBe(true);
      expect(await scan(pieces(eicar, 1), address)).toBe(true);
      expect(await scan(pieces(randomBytes(3_000_000)), address)).toBe(false);
    }
    async function* withGap(): AsyncGenerator<Uint8Array> {
      yield eicar.subarray(0, 10);
      yield Buffer.alloc(0); // which would be the end of the stream
      yield eicar.subarray(10);
    }
    expect(await scan(withGap(), scanner.address)).toBe(true);
  },
);

it.skipIf(clamd === undefined)(
  'C91 a file that the scanner does not take is no clean one',
  async () => {
    const { address } = await startClamd(['StreamMaxLength 1M']);
    await expect(scan(pieces(randomBytes(3_000_000)), address)).rejects.toMatchObject(unavailable);
  },
);

it.skipIf(clamd === undefined)(
  'C91 a scanner that takes no notice is unavailable, and so is one that is gone',
  async () => {
    const scanner = await startClamd();
    setAttachmentLimits({ scanMs: 300 });
    await scanner.freeze();
    await expect(scan(pieces(eicar), scanner.address)).rejects.toMatchObject(unavailable);
    await expect(scan(pieces(randomBytes(10_000_000)), scanner.address)).rejects.toMatchObject(
      unavailable,
    );
    await scanner.kill();
    await expect(scan(pieces(eicar), scanner.address)).rejects.toMatchObject(unavailable);
    await expect(scan(pieces(eicar), scanner.socket)).rejects.toMatchObject(unavailable);
  },
);

/** What listens there says this to everybody and hangs up. */
async function startLiar(words: string): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.end(words));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ['nothing', ''],
  ['the start of a line', 'stream: '],
  ['a line that does not end', 'stream: OK'],
  ['more than a word', 'stream: OKAY\0'],
  ['a word alone', 'OK\0'],
  ['another answer', 'PONG\0'],
  ['an error', 'INSTREAM size limit exceeded. ERROR\0'],
  ['far too much', 'x'.repeat(100_000)],
])('C91 what is no verdict counts as none: %s', async (_, words) => {
  await expect(scan(pieces(eicar), await startLiar(words))).rejects.toMatchObject(unavailable);
});

it('C91 where nothing listens, or the file cannot be read, nothing is clean', async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  await expect(scan(pieces(eicar), nobody)).rejects.toMatchObject(unavailable);
  await expect(scan(pieces(eicar), '/nowhere/clamd.sock')).rejects.toMatchObject(unavailable);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield eicar;
    throw new Error('the disk is broken');
  }
  await expect(scan(broken(), await startLiar('stream: OK\0'))).rejects.toMatchObject(unavailable);
});

it('whoever completes an upload many times at once has it looked at once', async () => {
  let scans = 0;
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const server = createServer((socket) => {
    scans += 1;
    socket.on('error', () => {}).resume();
    void answered.then(() => socket.end('stream: OK\0'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { app } = await startWithFiles({ ATTACHMENT_CLAMD: `127.0.0.1:${port}` });
  const user = await app.register();
  const { upload, put } = await begin(user, picture);
  await putTo(app, put, picture.body);
  const asked = Array.from({ length: 5 }, () => complete(user, upload));
  await until(() => scans > 0);
  answer(); // to who came meanwhile; who comes later finds what is ready
  const answers = await Promise.all(asked);
  expect(answers.map(({ body }) => body.upload?.status)).toEqual(asked.map(() => 'ready'));
  expect(scans).toBe(1);
});
