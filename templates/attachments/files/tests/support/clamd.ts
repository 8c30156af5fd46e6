import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port.ts';
import { until } from './app.ts';
import { scratch } from './own-mongod.ts';
import { findServer, startServer, type TestServer } from './programs.ts';

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
export interface Clamd extends TestServer {
  /** As `ATTACHMENT_CLAMD` names it. */
  readonly address: string;
  /** The same by a socket of the file system. */
  readonly socket: string;
}

/** Starts one that knows `eicar` only; it ends with the test. */
export async function startClamd(settings: readonly string[] = []): Promise<Clamd> {
  if (clamd === undefined) throw new Error('there is no clamd');
  const root = await scratch();
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
  const server = startServer(clamd, ['--config-file', config]);
  await until(() => answers(port));
  return { ...server, address: `127.0.0.1:${port}`, socket };
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
