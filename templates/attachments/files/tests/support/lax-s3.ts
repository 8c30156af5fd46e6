import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { S3Settings } from '../../src/configs/variables/attachments.ts';
import { onTestFinished } from './finish.ts';

/** What a service may not do. */
export type Laxness = 'overwrites' | 'other-bytes' | 'public' | 'own-headers' | 'versions' | 'full';

interface Kept {
  readonly body: Buffer;
  readonly encoding: string | undefined;
}

const none = { 'content-disposition': 'inline', 'content-type': 'text/html' };

/** A service that looks at no signature, and is lax in one more way or in none. It ends with the test. */
export async function startLaxS3(lax?: Laxness): Promise<S3Settings> {
  const objects = new Map<string, Kept>();

  function put(path: string, { headers }: IncomingMessage, body: Buffer): number {
    const sum = createHash('sha256').update(body).digest('base64');
    if (lax === 'full') return 507;
    if (lax !== 'overwrites' && objects.has(path)) return 412;
    if (lax !== 'other-bytes' && sum !== headers['x-amz-checksum-sha256']) return 400;
    objects.set(path, { body, encoding: headers['content-encoding'] });
    return 200;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
    const object = objects.get(pathname);
    if (lax !== 'public' && !searchParams.has('X-Amz-Signature')) response.statusCode = 403;
    else if (request.method === 'PUT') {
      if (lax === 'versions') response.setHeader('x-amz-version-id', '1');
      response.statusCode = put(pathname, request, await buffer(request));
    } else if (request.method === 'DELETE') {
      objects.delete(pathname);
      response.statusCode = 204;
    } else if (object === undefined) response.statusCode = 404;
    else {
      const asked = lax === 'own-headers' ? new URLSearchParams() : searchParams;
      const given = { 'content-encoding': object.encoding ?? 'identity' };
      for (const name of ['content-encoding', 'content-disposition', 'content-type'] as const)
        response.setHeader(name, asked.get(`response-${name}`) ?? { ...none, ...given }[name]);
      response.write(object.body);
    }
    response.end();
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
  return { endpoint, publicEndpoint: endpoint, region: 'us-east-1', bucket: 'chat', ...key };
}
