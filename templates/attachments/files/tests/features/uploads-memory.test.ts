import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { attachmentLimits as limit } from '../../src/configs/attachment-limits.ts';
import { sharedVariables, startApp, until } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { mebibyte, memoryOf, withMemory } from '../support/memory.ts';
import { scratch } from '../support/own-mongod.ts';
import { startS3, versitygw } from '../support/s3.ts';
import { startPut, startUploadProcess, withLimits } from '../support/upload-process.ts';
import { begin, complete, filesIn, putTo } from '../support/uploads.ts';

/** What a file may cost, however large it is. */
const most = 2 * mebibyte;
const quarters = [1, 2, 3, 4].map((count) => (count * limit.fileBytes) / 4);

/** As large as files may be; its bytes are looked at up to the end of `startBytes` only. */
const large = () => ({
  name: 'large.zip',
  type: 'application/zip',
  body: Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(limit.fileBytes - 4)]),
});

/** A scanner that reads nothing more after each quarter of a file until the test lets it. */
async function startSlowScanner() {
  let allowed = 0;
  let count = 0; // of the file that it reads, or is about to
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let end = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      count += bytes.length;
      if (count >= allowed) socket.pause();
      end = Buffer.concat([end, bytes]).subarray(-4);
      if (end.equals(Buffer.alloc(4)) && count > limit.fileBytes) {
        [allowed, count] = [0, 0];
        socket.end('stream: OK\0');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Waits until it has so many bytes of a file, and reads no more. */
    async reads(bytes: number): Promise<void> {
      allowed = bytes;
      for (const socket of sockets) socket.resume();
      await until(() => count >= bytes);
    },
    readsAll(): void {
      allowed = Infinity;
      for (const socket of sockets) socket.resume();
    },
  };
}

/** Starts a backend as a process, and says how much more memory it holds than before, at the worst. */
async function startMeasured(changes: Record<string, string>) {
  const scanner = await startSlowScanner();
  const variables = sharedVariables({ ...changes, ATTACHMENT_CLAMD: scanner.address });
  const user = await (await startApp(variables)).register();
  const backend = await startUploadProcess(variables, [...withLimits(), ...withMemory]);
  let before = 0;
  let worst = 0;
  const look = async (): Promise<void> =>
    void (worst = Math.max(worst, (await memoryOf(backend)).held - before));

  /** Uploads a large file, `put` by whatever way, and looks while it is scanned and after. */
  async function upload(put: (begun: Awaited<ReturnType<typeof begin>>, body: Buffer) => unknown) {
    const file = large();
    const begun = await begin(backend.as(user), file);
    await put(begun, file.body);
    const completing = complete(backend.as(user), begun.upload);
    for (const bytes of quarters.slice(0, 3)) {
      await scanner.reads(bytes);
      await look();
    }
    scanner.readsAll();
    expect((await completing).body.upload).toMatchObject({ status: 'ready' });
    await look();
  }

  return {
    backend,
    look,
    upload,
    /** From now on. */
    async measure(): Promise<void> {
      before = (await memoryOf(backend)).held;
      worst = 0;
    },
    worst: () => worst,
  };
}

it('I11 a large file costs a node little memory on its way into a folder, and while it is scanned', async () => {
  const folder = await scratch();
  const { backend, look, upload, measure, worst } = await startMeasured({ ATTACHMENT_DIR: folder });
  const arrived = async (): Promise<number> => {
    const paths = (await filesIn(folder)).filter((path) => path.includes('incoming'));
    return paths[0] === undefined ? 0 : (await stat(paths[0])).size;
  };
  const uploadOne = () =>
    upload(async ({ put }, body) => {
      const putting = startPut(backend, put, body.length);
      let at = 0;
      for (const end of quarters) {
        putting.write(body.subarray(at, end));
        at = end;
        await look(); // amid it
        if (at < body.length) await until(async () => (await arrived()) === at);
        await look();
      }
      putting.end();
      expect(await putting.answered).toBe(204);
    });
  await uploadOne(); // what is read and compiled for the first one stays
  await measure();
  for (let count = 0; count < 2; count += 1) await uploadOne();
  expect(worst()).toBeLessThan(most);
});

it.skipIf(versitygw === undefined)(
  'I11 a large file in a bucket costs a node little memory while it is scanned',
  async () => {
    const { backend, upload, measure, worst } = await startMeasured((await startS3()).variables);
    const uploadOne = () => upload(({ put }, body) => putTo(backend, put, body));
    await uploadOne();
    await measure();
    for (let count = 0; count < 2; count += 1) await uploadOne();
    expect(worst()).toBeLessThan(most);
  },
);
