import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentsOf } from './tarball.ts';

/** A registry with one package in one version. */
export interface LocalRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a tarball as a registry does.
 * @param published - long ago by default, because some package managers pass over what is younger than
 * some days.
 */
export async function serveRegistry(
  tarball: string,
  published = new Date('2020-01-01'),
): Promise<LocalRegistry> {
  const bytes = readFileSync(tarball);
  const manifest = JSON.parse(contentsOf(tarball).get('package.json')!.toString()) as {
    readonly name: string;
    readonly version: string;
  };
  const { name, version } = manifest;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === `/${name}`) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packument()));
    } else if (pathname === `/${name}/-/${name}-${version}.tgz`) {
      response.end(bytes);
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  function packument(): object {
    const dist = {
      tarball: `${url}${name}/-/${name}-${version}.tgz`,
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      shasum: createHash('sha1').update(bytes).digest('hex'),
    };
    const time = { created: published.toISOString(), [version]: published.toISOString() };
    const versions = { [version]: { ...manifest, dist } };
    return { name, 'dist-tags': { latest: version }, versions, time };
  }

  return { url, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
