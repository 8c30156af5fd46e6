import type { SessionView } from '../src/contract/auth.ts';
import type { Problem } from '../src/contract/errors.ts';

/** An answer of the API that is not a success. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** Where a sign-in is kept between visits. */
export interface SessionStore {
  load(): SessionView | null;
  save(session: SessionView | null): void;
}

/** The HTTP part of the client: calls with a valid access token, and the sign-in itself. */
export interface Api {
  readonly session: SessionView | null;
  register(account: { username: string; email: string; password: string }): Promise<SessionView>;
  login(login: string, password: string): Promise<SessionView>;
  logout(): Promise<void>;
  /** An access token that is valid for some time yet. @throws ProblemError `unauthenticated` */
  token(): Promise<string>;
  /** Calls a route below /v1. @throws ProblemError */
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
}

/** A token is renewed when it ends within this time, in milliseconds. */
const renewBeforeMs = 60_000;

/** Creates the client of a server, `baseUrl` without a slash at its end. */
export function createApi(baseUrl: string, store: SessionStore): Api {
  let session = store.load();
  let renewing: Promise<SessionView> | undefined;

  async function request<Body>(
    method: string,
    path: string,
    body: unknown,
    accessToken?: string,
  ): Promise<Body> {
    const response = await fetch(`${baseUrl}/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 204) return undefined as Body;
    const answer: unknown = await response.json();
    if (!response.ok) throw new ProblemError(answer as Problem);
    return answer as Body;
  }

  function keep(next: SessionView | null): void {
    session = next;
    store.save(next);
  }

  async function start(path: string, body: unknown): Promise<SessionView> {
    const next = await request<SessionView>('POST', path, body);
    keep(next);
    return next;
  }

  /** One renewal at a time: a refresh token is spent by its use. */
  async function renew(refreshToken: string): Promise<SessionView> {
    try {
      return await start('/auth/refresh', { refreshToken });
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'unauthenticated') keep(null);
      throw error;
    }
  }

  async function token(): Promise<string> {
    if (session === null) throw new ProblemError(signedOut);
    if (Date.parse(session.accessTokenExpiresAt) - Date.now() > renewBeforeMs)
      return session.accessToken;
    renewing ??= renew(session.refreshToken).finally(() => (renewing = undefined));
    return (await renewing).accessToken;
  }

  return {
    get session() {
      return session;
    },
    register: (account) => start('/auth/register', account),
    login: (login, password) => start('/auth/login', { login, password }),
    async logout() {
      const last = await token().catch(() => undefined);
      keep(null);
      if (last !== undefined) await request('POST', '/auth/logout', undefined, last);
    },
    token,
    call: async (method, path, body) => request(method, path, body, await token()),
  };
}

const signedOut: Problem = {
  type: 'urn:problem:unauthenticated',
  title: 'Unauthenticated',
  status: 401,
  code: 'unauthenticated',
  detail: 'Nobody is signed in.',
};
