import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
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

/** A service that looks at no signature, and is lax in one more way or in none. It ends with the test. */
export async function startLaxS3(lax?: Laxness): Promise<S3Settings> {
  const objects = new Map<string, Kept>();

  async function put(path: string, { headers }: IncomingMessage, body: Buffer): Promise<number> {
    const sum = createHash('sha256').update(body).digest('base64');
    if (lax === 'full') return 507;
    if (lax !== 'overwrites' && objects.has(path)) return 412;
    if (lax !== 'other-bytes' && sum !== headers['x-amz-checksum-sha256']) return 400;
    objects.set(path, { body, encoding: headers['content-encoding'] });
    return 200;
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
    const object = objects.get(pathname);
    if (lax !== 'public' && !searchParams.has('X-Amz-Signature')) response.writeHead(403).end();
    else if (request.method === 'PUT') {
      if (lax === 'versions') response.setHeader('x-amz-version-id', '1');
      response.writeHead(await put(pathname, request, await buffer(request))).end();
    } else if (request.method === 'DELETE') {
      objects.delete(pathname);
      response.writeHead(204).end();
    } else if (object === undefined) response.writeHead(404).end();
    else {
      const asked = lax === 'own-headers' ? new URLSearchParams() : searchParams;
      response.setHeader(
        'content-encoding',
        asked.get('response-content-encoding') ?? object.encoding ?? '',
      );
      for (const name of ['content-disposition', 'content-type'])
        response.setHeader(name, asked.get(`response-${name}`) ?? 'inline');
      response.end(object.body);
    }
  });
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
