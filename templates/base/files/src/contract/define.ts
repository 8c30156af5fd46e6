import type { z } from 'zod';
import type { RateName } from '../configs/limits.ts';
import type { ProblemCode } from './errors.ts';

/** An HTTP route as clients may rely on it; `null` as an answer means no body. */
export type RouteContract = RouteParts & (PublicRoute | UserRoute);

/** Answers without an access token, and is limited by the rate of its address alone. */
interface PublicRoute {
  readonly public: true;
  readonly rate?: never;
}

/** The rate limit of its user, consumed before its input is validated. */
interface UserRoute {
  readonly public?: never;
  readonly rate: RateName;
}

interface RouteParts {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/v1` unless `root` is set; parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** Served without the `/v1` prefix. */
  readonly root?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** What may go wrong here in particular; what any route may answer is not named. */
  readonly problems?: readonly ProblemCode[];
}

/** A command that a client sends over its socket and that is acknowledged. */
export interface CommandContract {
  /** The rate limit of its user that it consumes, in addition to that of every event. */
  readonly rate: RateName;
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
