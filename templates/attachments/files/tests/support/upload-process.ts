import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { pathToFileURL } from 'node:url';
import type { TestUser } from './app.ts';
import { compiled } from './compiled.ts';
import { startProcess, type BackendProcess } from './process.ts';
import type { Put } from './uploads.ts';

/** Gives a process other limits of attachments; it waits for stores as long as for everything else. */
export const withLimits = (changes: Record<string, number> = {}): readonly string[] => [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import { attachmentLimits } from ${JSON.stringify(pathToFileURL(compiled('src/configs/attachment-limits.ts')))};
    Object.assign(attachmentLimits, ${JSON.stringify({ storeMs: 45_000, scanMs: 90_000, ...changes })});
  `)}`,
];

/** A backend in a process of its own, and how users ask it. */
export interface UploadProcess extends BackendProcess {
  readonly url: string;
  /** Somebody who signed in at any backend of the same database. */
  as(user: TestUser): Pick<TestUser, 'post' | 'delete'>;
}

/** Starts one, and waits until it takes traffic. */
export async function startUploadProcess(
  variables: Record<string, string>,
  nodeOptions: readonly string[] = withLimits(),
): Promise<UploadProcess> {
  const backend = startProcess({ ...variables, LOG_LEVEL: 'info' }, nodeOptions);
  const url = await backend.listening();
  const callAs =
    ({ token }: TestUser, method: string) =>
    async (path: string, body?: unknown) => {
      const answer = await fetch(`${url}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const { status, headers } = answer;
      return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
    };
  const as = (user: TestUser) => ({ post: callAs(user, 'POST'), delete: callAs(user, 'DELETE') });
  return { ...backend, url, as };
}

/** A put whose bytes the test writes, when it wants to. */
export function startPut(
  { url }: Pick<UploadProcess, 'url'>,
  put: Put,
  bytes: number,
): ClientRequest & { answered: Promise<number | undefined> } {
  const headers = { ...put.headers, 'content-length': String(bytes) };
  const sent = request(new URL(put.url, url), { method: 'PUT', headers });
  const answered = once(sent, 'response').then(
    ([response]) => response.resume().statusCode as number,
    () => undefined, // whoever was to answer is gone
  );
  return Object.assign(sent, { answered });
}
