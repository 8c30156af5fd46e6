import type { Express, Request, RequestHandler } from 'express';
import { pathOf, type RouteContract } from '../../contract/define.ts';
import type { Environment } from '../../configs/env.ts';
import { AppError } from '../shared/app-error.ts';
import type { Caller } from '../shared/caller.ts';
import { assertOutput, assertShape, parseInput } from '../shared/input.ts';
import type { Api, ApiHandler, ApiRequest } from './api.ts';
import { logOf } from './errors.ts';

type Methods = ReadonlySet<string>;

/** The routes of an app. */
interface Router {
  readonly api: Api;
  /** Every path with its methods; those without parameters first, since they match more exactly. */
  paths(): (readonly [path: string, methods: Methods])[];
}

/** Creates the place where features mount their routes. */
export function createRouter(
  app: Express,
  ports: {
    readonly env: Environment;
    readonly authenticate: (token: string) => Promise<Caller>;
  },
): Router {
  const methods = new Map<string, Set<string>>();
  const checksAnswers = ports.env.NODE_ENV === 'test';

  function serve<Route extends RouteContract>(
    route: Route,
    handler: ApiHandler<Route>,
  ): RequestHandler {
    return async (request, response) => {
      const caller = route.public ? undefined : await identify(request, ports.authenticate);
      if (caller !== undefined)
        response.locals['log'] = logOf(response).child({ userId: caller.userId });
      const input = { ...readInput(route, request), caller } as unknown as ApiRequest<Route>;
      const answer = await handler({
        ...input,
        address: response.locals['address'] as string,
        log: logOf(response),
      });
      const [status, body] = Object.entries(answer as object)[0] as [string, unknown];
      const schema = route.answers[Number(status)];
      if (checksAnswers && schema) assertOutput(schema, body);
      response.status(Number(status));
      if (schema) response.json(body);
      else response.end();
    };
  }

  return {
    paths: () =>
      [...methods].toSorted(([a], [b]) => Number(a.includes('/:')) - Number(b.includes('/:'))),
    api: {
      route(route, handler) {
        const path = pathOf(route);
        methods.set(path, (methods.get(path) ?? new Set()).add(route.method.toUpperCase()));
        app[route.method](path, serve(route, handler));
      },
    },
  };
}

async function identify(
  request: Request,
  authenticate: (token: string) => Promise<Caller>,
): Promise<Caller> {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) throw new AppError('unauthenticated');
  return authenticate(token);
}

/** Parses every part that the route declares; a part that it does not declare must be empty. */
function readInput(route: RouteContract, request: Request) {
  assertShape(request.body);
  if (route.body === undefined && request.body !== undefined)
    throw new AppError('validation', { errors: [{ pointer: '', detail: 'takes no body' }] });
  if (route.query === undefined && Object.keys(request.query).length > 0)
    throw new AppError('validation', { errors: [{ pointer: '/query', detail: 'takes no query' }] });
  return {
    params: route.params && parseInput(route.params, request.params, '/path'),
    query: route.query && parseInput(route.query, { ...request.query }, '/query'),
    body: route.body && parseInput(route.body, request.body),
  };
}
