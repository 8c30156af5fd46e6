import type { z } from 'zod';
import type { ProblemCode } from './errors.ts';

/** An HTTP route as clients may rely on it; `null` as an answer means no body. */
export interface RouteContract {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/v1` unless `root` is set; parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** Served without the `/v1` prefix. */
  readonly root?: true;
  /** Answers without an access token. */
  readonly public?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** What may go wrong here in particular; what any route may answer is not named. */
  readonly problems?: readonly ProblemCode[];
}

/** A command that a client sends over its socket and that is acknowledged. */
export interface CommandContract {
  readonly summary: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** What may go wrong here in particular; what any command may answer is not named. */
  readonly problems?: readonly ProblemCode[];
}

/** The whole path of a route, its parameters as `:name`. */
export const pathOf = ({ root, path }: RouteContract): string => (root ? path : `/v1${path}`);

/** Declares a route and keeps its exact type. */
export const defineRoute = <const Route extends RouteContract>(route: Route): Route => route;

/** Declares a command and keeps its exact type. */
export const defineCommand = <const Command extends CommandContract>(command: Command): Command =>
  command;
