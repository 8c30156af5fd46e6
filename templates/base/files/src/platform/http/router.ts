import type { Express, Request, RequestHandler, Response } from 'express';
import { pathOf, type RouteContract } from '../../contract/define.ts';
import type { Environment } from '../../configs/env.ts';
import { AppError, invalid } from '../errors/app-error.ts';
import type { Caller } from '../security/access-tokens.ts';
import { assertOutput, assertShape, isNothing, parseInput } from '../lib/input.ts';
import type { Limiters } from '../rate-limits/limiters.ts';
import type { LoadShedding } from '../rate-limits/load-shedding.ts';
import type { Api, ApiHandler, ApiRequest } from './api.ts';
import { logOf, methodNotAllowed } from './problems.ts';

type Method = RouteContract['method'];

interface Ports {
  readonly env: Environment;
  readonly limiters: Limiters;
  readonly loadShedding: LoadShedding;
  readonly authenticate: (token: string) => Promise<Caller>;
}

/** The routes of an app. */
export class Router implements Api {
  readonly #ports: Ports;
  readonly #paths = new Map<string, Map<Method, RequestHandler>>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  route<Route extends RouteContract>(route: Route, handler: ApiHandler<Route>): void {
    const path = pathOf(route);
    const methods = this.#paths.get(path) ?? new Map<Method, RequestHandler>();
    const serve: RequestHandler = (request, response) =>
      this.#serve(route, handler, request, response);
    this.#paths.set(path, methods.set(route.method, serve));
  }

  /**
   * Mounts every path with all its methods and a refusal of the others; those without parameters
   * first: an exact match is not taken for a parameter of another path, whatever the method.
   */
  mount(app: Express): void {
    const exactFirst = [...this.#paths].toSorted(
      ([a], [b]) => Number(a.includes('/:')) - Number(b.includes('/:')),
    );
    for (const [path, methods] of exactFirst) {
      for (const [method, handler] of methods) app[method](path, handler);
      app.all(path, methodNotAllowed([...methods.keys()]));
    }
  }

  async #serve<Route extends RouteContract>(
    route: Route,
    handler: ApiHandler<Route>,
    request: Request,
    response: Response,
  ): Promise<void> {
    const caller = await this.#admit(route, request);
    if (caller !== undefined)
      response.locals['log'] = logOf(response).child({ userId: caller.userId });
    const input = { ...readInput(route, request), caller } as unknown as ApiRequest<Route>;
    const address = response.locals['address'] as string;
    const answer = await this.#underLoad(() =>
      handler({ ...input, address, log: logOf(response) }),
    );
    const [status, body] = Object.entries(answer as object)[0] as [string, unknown];
    const schema = route.answers[Number(status)];
    if (this.#ports.env.NODE_ENV === 'test' && schema) assertOutput(schema, body);
    response.status(Number(status));
    if (schema) response.json(body);
    else response.end();
  }

  /** The caller, if their rate allows it: a limit comes before everything that costs more. */
  async #admit(route: RouteContract, request: Request): Promise<Caller | undefined> {
    if (route.public) return undefined;
    const caller = await identify(request, this.#ports.authenticate);
    this.#ports.limiters.consume(route.rate, caller.userId);
    return caller;
  }

  /** Counts as load while it works: neither a body that still comes nor an answer that nobody reads. */
  async #underLoad<Result>(work: () => Promise<Result>): Promise<Result> {
    const { loadShedding } = this.#ports;
    loadShedding.enter();
    try {
      return await work();
    } finally {
      loadShedding.leave();
    }
  }
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
  if (route.body === undefined && !isNothing(request.body)) throw unwanted('', 'body');
  if (route.query === undefined && Object.keys(request.query).length > 0)
    throw unwanted('/query', 'query');
  return {
    params: route.params && parseInput(route.params, request.params, '/path'),
    query: route.query && parseInput(route.query, { ...request.query }, '/query'),
    body: route.body && parseInput(route.body, request.body),
  };
}

const unwanted = (pointer: string, part: string): AppError =>
  invalid(pointer, `is not known: send no ${part}`);
