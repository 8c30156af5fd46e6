import type { Request } from 'express';
import type { Feature } from '../feature.ts';
import { createAsyncApi, type Address } from './asyncapi.ts';
import { createOpenApi } from './openapi.ts';
import { createPage, type Page } from './page.ts';

/** Describes the API to programs and to readers; everything is written from the contract. */
export const apiDocs: Feature = ({ env, express }) => {
  let openApi: string | undefined;
  let asyncApi: ReturnType<typeof createAsyncApi> | undefined;
  let page: Page | undefined;

  express.get('/openapi.json', (_request, response) => {
    openApi ??= JSON.stringify(createOpenApi());
    response.type('json').send(openApi);
  });
  express.get('/asyncapi.json', (request, response) => {
    const address = addressOf(request, `localhost:${env.PORT}`);
    asyncApi ??= createAsyncApi(address);
    const { socket } = asyncApi.servers;
    response.json({ ...asyncApi, servers: { socket: { ...socket, ...address } } });
  });
  express.get('/docs', (_request, response) => {
    page ??= createPage();
    response.set('Content-Security-Policy', page.policy).type('html').send(page.body);
  });
  return {};
};

/**
 * Where the reader has reached this server, which behind a proxy only the request tells; an AsyncAPI
 * document cannot say it relative to its own place, as OpenAPI does.
 */
function addressOf(request: Request, otherwise: string): Address {
  const { host, secure } = request;
  const isHost = /^[\w.-]+(?::\d{1,5})?$|^\[[0-9a-fA-F:.]+\](?::\d{1,5})?$/.test(host ?? '');
  return { host: isHost ? host : otherwise, protocol: secure ? 'wss' : 'ws' };
}
