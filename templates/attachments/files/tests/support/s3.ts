import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { presign } from '../../src/backend/attachments/signature-v4.ts';
import type { S3Settings } from '../../src/configs/variables/attachments.ts';
import { freePort } from '../../tools/free-port.ts';
import { until } from './app.ts';
import { scratch } from './own-mongod.ts';
import { findServer, startServer, type TestServer } from './programs.ts';

/** A real S3 service; undefined where there is none. */
export const versitygw = await findServer(
  'versitygw',
  'go install github.com/versity/versitygw/cmd/versitygw@v1.8.0',
);

/** A service of a test's own, with one bucket. */
export interface S3 extends TestServer {
  readonly settings: S3Settings;
  readonly variables: Record<string, string>;
  /** The keys of all objects. */
  objects(): Promise<readonly string[]>;
  /** Starts it again after it was killed, with what it had. */
  restart(): Promise<void>;
}

/** Starts one; it ends with the test. */
export async function startS3(options: readonly string[] = []): Promise<S3> {
  if (versitygw === undefined) throw new Error('there is no versitygw');
  const root = await scratch();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = {
    endpoint,
    publicEndpoint: endpoint,
    region: 'eu-central-1',
    bucket: 'chat',
    accessKeyId: 'test-key',
    secretAccessKey: 'test-secret',
  };
  const { accessKeyId, secretAccessKey, region } = settings;
  const named = { port: `127.0.0.1:${port}`, access: accessKeyId, secret: secretAccessKey, region };
  const args = Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
  const program = versitygw;
  let server: TestServer;
  async function start(): Promise<void> {
    server = startServer(program, [...args, '--quiet', ...options, 'posix', root]);
    const answers = () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      );
    await until(answers);
  }
  await start();
  await createBucket(settings);
  return {
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    kill: () => server.kill(),
    restart: start,
    settings,
    variables: variablesOf(settings),
    // It keeps each in a file, and what is on its way in a folder with a dot.
    objects: async () =>
      (await readdir(join(root, settings.bucket))).filter((name) => !name.startsWith('.')),
  };
}

/** The environment variables of a backend that keeps its attachments there. */
export const variablesOf = (settings: S3Settings): Record<string, string> => ({
  ATTACHMENT_STORE: 's3',
  S3_ENDPOINT: settings.endpoint,
  S3_REGION: settings.region,
  S3_BUCKET: settings.bucket,
  S3_ACCESS_KEY_ID: settings.accessKeyId,
  S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
});

async function createBucket(settings: S3Settings): Promise<void> {
  const url = new URL(`${settings.endpoint}/${settings.bucket}`);
  const at = new Date();
  const answer = await fetch(presign({ method: 'PUT', url, at, seconds: 60 }, settings), {
    method: 'PUT',
  });
  if (!answer.ok) throw new Error(`there is no bucket: ${answer.status} ${await answer.text()}`);
}
