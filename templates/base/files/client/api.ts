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
  /**
   * The token that says that somebody was signed in here; it opens nothing, and stays after signing
   * out. Without these two it is kept as long as the page is.
   */
  loadKnownDevice?(): string | null;
  saveKnownDevice?(token: string): void;
}

/** The HTTP part of the client: calls with a valid access token, and the sign-in itself. */
export interface Api {
  readonly session: SessionView | null;
  /** Where the server is, without a slash at its end. */
  readonly baseUrl: string;
  register(account: { username: string; email: string; password: string }): Promise<SessionView>;
  login(login: string, password: string): Promise<SessionView>;
  logout(): Promise<void>;
  /**
   * An access token that is valid for some time yet, and another one than `refused`: the clock of
   * this machine may be wrong. @throws ProblemError `unauthenticated`
   */
  token(refused?: string): Promise<string>;
  /** Calls a route below /v1. @throws ProblemError */
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
}

/** A token is renewed when it ends within this time, in milliseconds. */
const renewBeforeMs = 60_000;
/** No answer after this time is a failure, in milliseconds. */
const requestMs = 20_000;

/** Creates the client of a server, `baseUrl` without a slash at its end. */
export function createApi(baseUrl: string, store: SessionStore): Api {
  let session = store.load();
  let knownDeviceToken = session?.knownDeviceToken;
  let renewing: Promise<SessionView> | undefined;

  async function request<Body>(
    method: string,
    path: string,
    body: unknown,
    accessToken?: string,
  ): Promise<Body> {
    const response = await fetch(`${baseUrl}/v1${path}`, {
      method,
      signal: AbortSignal.timeout(requestMs),
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
    if (next === null) return;
    knownDeviceToken = next.knownDeviceToken;
    store.saveKnownDevice?.(next.knownDeviceToken);
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
      if (isUnauthenticated(error)) keep(null);
      throw error;
    }
  }

  async function token(refused?: string): Promise<string> {
    if (session === null) throw new ProblemError(signedOut);
    const { accessToken, accessTokenExpiresAt } = session;
    const leftMs = Date.parse(accessTokenExpiresAt) - Date.now();
    if (accessToken !== refused && leftMs > renewBeforeMs) return accessToken;
    renewing ??= renew(session.refreshToken).finally(() => (renewing = undefined));
    return (await renewing).accessToken;
  }

  async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const accessToken = await token();
    try {
      return await request(method, path, body, accessToken);
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
      return request(method, path, body, await token(accessToken));
    }
  }

  return {
    baseUrl,
    get session() {
      return session;
    },
    register: (account) => start('/auth/register', account),
    login(login, password) {
      const known = store.loadKnownDevice?.() ?? knownDeviceToken;
      return start('/auth/login', { login, password, knownDeviceToken: known });
    },
    async logout() {
      const last = await token().catch(() => undefined);
      keep(null);
      if (last !== undefined) await request('POST', '/auth/logout', undefined, last);
    },
    token,
    call,
  };
}

/** Whether the server does not, or no longer does, know the caller. */
export const isUnauthenticated = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && error.problem.code === 'unauthenticated';

const signedOut: Problem = {
  type: 'urn:problem:unauthenticated',
  title: 'Unauthenticated',
  status: 401,
  code: 'unauthenticated',
  detail: 'Nobody is signed in.',
};
