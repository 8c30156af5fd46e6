import type { Feature } from '../../feature.ts';
import { createAsyncApi } from './asyncapi.ts';
import { createOpenApi } from './openapi.ts';
import { createPage, type Page } from './page.ts';

/** Describes the API to programs and to readers; everything is written from the contract. */
export const apiDocs: Feature = ({ env, express }) => {
  let openApi: string | undefined;
  let asyncApi: string | undefined;
  let page: Page | undefined;

  express.get('/openapi.json', (_request, response) => {
    openApi ??= JSON.stringify(createOpenApi());
    response.type('json').send(openApi);
  });
  express.get('/asyncapi.json', (_request, response) => {
    asyncApi ??= JSON.stringify(createAsyncApi(`localhost:${env.PORT}`));
    response.type('json').send(asyncApi);
  });
  express.get('/docs', (_request, response) => {
    page ??= createPage();
    response.set('Content-Security-Policy', page.policy).type('html').send(page.body);
  });
  return {};
};
