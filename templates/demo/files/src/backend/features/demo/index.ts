import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Response } from 'express';
import { commands } from '../../../contract/index.ts';
import type { Feature } from '../../feature.ts';
import { createAssets } from './assets.ts';

/** Serves a page to try the chat in two tabs. */
export const demo: Feature = ({ express }) => {
  const assets = createAssets();
  const page = readFileSync(assets.page);
  const policy = contentSecurityPolicy(page.toString());

  const send = (response: Response, type: string, body: string | Buffer): void => {
    response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' });
    response.type(type).send(body);
  };
  express.get('/demo', (_request, response) => send(response, 'html', page));
  // The page shows what this backend can do, so that it works whatever features are left out.
  express.get('/demo/commands.json', (_request, response) =>
    send(response, 'json', JSON.stringify(Object.keys(commands))),
  );
  express.get('/demo/:folder/:file', async (request, response, next) => {
    const { folder, file } = request.params;
    const asset = await assets.read(folder, file);
    if (asset === undefined) next();
    else send(response, asset.type, asset.body);
  });
  return {};
};

/** Own files only; the one inline script, the import map, is named by its hash. */
function contentSecurityPolicy(page: string): string {
  const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}
