import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port.ts';
import { until } from './app.ts';
import { waitLonger } from './attachment-limits.ts';
import { onTestFinished } from './finish.ts';
import { findServer } from './programs.ts';

/** A real scanner; undefined where there is none. */
export const clamd = await findServer('clamd', 'apt-get install clamav-daemon');

/**
 * What every scanner calls a virus, and nobody has to fear. In one piece, scanners would find it here.
 *
 * @see https://www.eicar.org
 */
export const eicar = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE!$H+H*'].join('-'),
);

/** A scanner of a test's own. */
export interface Clamd {
  /** As `ATTACHMENT_CLAMD` names it. */
  readonly address: string;
  /** The same by a socket of the file system. */
  readonly socket: string;
  /** It answers nothing any more, and keeps its connections. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
}

/** Starts one that knows `eicar` only; it ends with the test. */
export async function startClamd(settings: readonly string[] = []): Promise<Clamd> {
  if (clamd === undefined) throw new Error('there is no clamd');
  waitLonger();
  const root = await mkdtemp(join(tmpdir(), 'chat-backend-clamd-'));
  const [database, socket, config] = ['database', 'clamd.sock', 'clamd.conf'].map((name) =>
    join(root, name),
  ) as [string, string, string];
  await mkdir(database);
  const md5 = createHash('md5').update(eicar).digest('hex');
  await writeFile(join(database, 'test.hdb'), `${md5}:${eicar.length}:Test.Eicar\n`);
  const port = await freePort();
  const lines = [
    'Foreground yes',
    `DatabaseDirectory ${database}`,
    `LocalSocket ${socket}`,
    `TCPSocket ${port}`,
    'TCPAddr 127.0.0.1',
    `TemporaryDirectory ${root}`,
    ...settings,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = spawn(clamd, ['--config-file', config], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  onTestFinished(async () => {
    await kill();
    await rm(root, { recursive: true, force: true });
  });
  await until(() => answers(port));
  return {
    address: `127.0.0.1:${port}`,
    socket,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(port, '127.0.0.1', () => connection.write('zPING\0'));
    connection.once('data', (data) => {
      resolve(String(data).startsWith('PONG'));
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
    connection.once('close', () => resolve(false));
  });
}
