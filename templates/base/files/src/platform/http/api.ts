import type { Logger } from 'pino';
import type { z } from 'zod';
import type { RouteContract } from '../../contract/define.ts';
import type { Caller } from '../security/access-tokens.ts';

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request whose parts the contract has validated. */
export interface ApiRequest<Route extends RouteContract> {
  readonly params: Parsed<Route['params']>;
  readonly query: Parsed<Route['query']>;
  readonly body: Parsed<Route['body']>;
  /** Present on every route that is not public. */
  readonly caller: Route extends { readonly public: true } ? undefined : Caller;
  /** The client's address, IPv4-mapped ones unmapped. */
  readonly address: string;
  /** Each line of it carries the id of the request and its user. */
  readonly log: Logger;
}

/** An answer that the contract knows: the body under its status, null where there is none. */
export type ApiAnswer<Route extends RouteContract> = {
  [Status in keyof Route['answers']]: {
    readonly [Only in Status]: Route['answers'][Status] extends z.ZodType
      ? z.input<Route['answers'][Status]>
      : null;
  };
}[keyof Route['answers']];

/** Serves a route: validated input in, a documented answer out; throws `AppError` otherwise. */
export type ApiHandler<Route extends RouteContract> = (
  request: ApiRequest<Route>,
) => Promise<ApiAnswer<Route>>;

/** Where features mount their routes. */
export interface Api {
  route<Route extends RouteContract>(route: Route, handler: ApiHandler<Route>): void;
}
