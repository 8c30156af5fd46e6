import { readFile } from 'node:fs/promises';
import type { Response } from 'express';
import { commands } from '../../contract/index.ts';
import type { Feature } from '../feature.ts';
import { Assets } from './assets.ts';

/** Serves a page to try the chat in two tabs; in production only where DEMO_PAGE says so. */
export const demo: Feature = ({ env, express }) => {
  if (!(env.DEMO_PAGE ?? env.NODE_ENV !== 'production')) return {};
  const assets = new Assets();
  const policy = contentSecurityPolicy(env.DEMO_ORIGINS);

  const send = (response: Response, type: string, body: string | Buffer): void => {
    response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' });
    response.type(type).send(body);
  };
  express.get('/demo', async (_request, response) =>
    send(response, 'html', await readFile(assets.page)),
  );
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
  // A page that was asked for and cannot be served is a mistake of the deployment.
  return env.NODE_ENV === 'production' ? { start: () => assets.assertReadable() } : {};
};

/**
 * Own files only, nothing inline, and no way from a text to markup or to a script; what users send is
 * loaded from these origins, too.
 */
function contentSecurityPolicy(origins: readonly string[]): string {
  const others = origins.map((origin) => ` ${origin}`).join('');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self'${others}`,
    `connect-src 'self'${others}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
