import { createOpenApi } from '../../src/backend/api-docs/openapi.ts';
import { createAsyncApi } from '../../src/backend/api-docs/asyncapi.ts';
import type { Answer, TestSocket, Witness } from './app.ts';
import { createJudge } from './judge.ts';

/** A witness that holds what it sees against the two documents. */
export interface DocumentWitness extends Witness {
  /** The operations of both documents that were seen to succeed. */
  readonly seen: ReadonlySet<string>;
  /** What did not fit since the last call. */
  takeFaults(): readonly string[];
}

/** Notes what does not fit; nothing when there is no fault. */
type Blame = (subject: string, fault: string | undefined) => void;

/** Creates a witness of the documents. */
export function createDocumentWitness(): DocumentWitness {
  const seen = new Set<string>();
  let faults: string[] = [];
  const blame: Blame = (subject, fault) => {
    if (fault !== undefined) faults.push(`${subject}: ${fault}`);
  };
  return {
    seen,
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    answered: createRouteWitness(seen, blame),
    opened: createSocketWitness(seen, blame),
  };
}

let shared: DocumentWitness | undefined;

/** The witness of all tests of this process: creating one takes longer than many a test. */
export const documentWitness = (): DocumentWitness => (shared ??= createDocumentWitness());

/** A route as the document has it. */
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
}

interface Response {
  readonly $ref?: string;
  readonly content?: object;
}

function createRouteWitness(seen: Set<string>, blame: Blame): Witness['answered'] {
  const document = createOpenApi();
  const judge = createJudge(document);
  const judgeText = createJudge(document, { readsText: true });
  const find = createFinder(document.paths as Record<string, Record<string, Operation>>);

  /** What was accepted fits the document; what was refused may be anything. */
  function judgeRequest(route: Route, query: Record<string, string>, sent: unknown) {
    const { operation, place } = route;
    const given = { path: route.params, query };
    const { parameters = [] } = operation;
    const names = new Set(parameters.map(({ name }) => name));
    const unknown = Object.keys(query).filter((name) => !names.has(name));
    if (unknown.length > 0) return `takes no ${unknown.join()}`;
    for (const [index, { name, in: part, required }] of parameters.entries()) {
      const value = given[part as keyof typeof given][name];
      if (value === undefined && required) return `lacks ${name}`;
      if (value === undefined) continue;
      const fault = judgeText([...place, 'parameters', String(index), 'schema'], value);
      if (fault !== undefined) return `${name}: ${fault}`;
    }
    const { requestBody } = operation;
    if (sent === undefined) return requestBody?.required ? 'lacks a body' : undefined;
    if (requestBody === undefined) return isNothing(sent) ? undefined : 'takes no body';
    return judge([...place, 'requestBody', 'content', 'application/json', 'schema'], sent);
  }

  function judgeAnswer({ operation, place }: Route, { status, body, headers }: Answer) {
    const named = status in operation.responses;
    if (!named && status < 400) return 'this status is not in /openapi.json';
    const response = operation.responses[named ? status : 'default'] as Response;
    const there = response.$ref?.split('/').slice(1) ?? [
      ...place,
      'responses',
      named ? String(status) : 'default',
    ];
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const isEmpty = response.$ref === undefined && response.content === undefined;
    if (isEmpty) return body === undefined ? undefined : 'has a body';
    if (type !== (status < 400 ? 'application/json' : 'application/problem+json'))
      return `has the type ${type}`;
    return judge([...there, 'content', type, 'schema'], body);
  }

  return (method, target, sent, answer) => {
    const { pathname, searchParams } = new URL(target, 'http://localhost');
    const subject = `${method} ${pathname} answers ${answer.status}`;
    const route = find(method, pathname);
    if (route === undefined) {
      if (answer.status < 400 && pathname.startsWith('/v1/'))
        blame(subject, 'not in /openapi.json');
      return;
    }
    if (answer.status < 400) {
      seen.add(route.operation.operationId);
      blame(subject, judgeRequest(route, Object.fromEntries(searchParams), sent));
    }
    blame(subject, judgeAnswer(route, answer));
  };
}

/** What is none where no body is taken. */
const isNothing = (body: unknown): boolean => body === null || JSON.stringify(body) === '{}';

/** A route with the parameters of one request. */
interface Route {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
  /** Where in the document it stands. */
  readonly place: readonly string[];
}

function createFinder(paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>) {
  const patterns = Object.keys(paths)
    // A path without parameters matches more exactly.
    .toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
    .map(
      (path) => [path, new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)] as const,
    );
  return (method: string, pathname: string): Route | undefined => {
    const name = method.toLowerCase();
    const [path, pattern] = patterns.find(([, one]) => one.test(pathname)) ?? [];
    const operation = path === undefined ? undefined : paths[path]?.[name];
    if (path === undefined || operation === undefined) return undefined;
    return {
      operation,
      params: decoded(pattern?.exec(pathname)?.groups),
      place: ['paths', path, name],
    };
  };
}

/** The parameters of a path as a server reads them; what cannot be read it refuses anyway. */
function decoded(groups: Readonly<Record<string, string>> = {}): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return { ...groups };
  }
}

function createSocketWitness(seen: Set<string>, blame: Blame): Witness['opened'] {
  const document = createAsyncApi({ host: 'localhost', protocol: 'ws' });
  const operations = document.operations as Record<string, { action: string }>;
  const judge = createJudge(document);
  const judgeMessage = (key: string, value: unknown) =>
    judge(['channels', 'socket', 'messages', key, 'payload'], value);

  function noticed(name: string, payload: unknown): void {
    const key = name.replaceAll(':', '.');
    const isKnown = operations[key]?.action === 'send';
    blame(name, isKnown ? judgeMessage(key, payload) : 'not a notice of /asyncapi.json');
    seen.add(key);
  }

  function acknowledged(name: string, payload: unknown, answer: { readonly ok: boolean }): void {
    const key = name.replaceAll(':', '.');
    if (operations[key]?.action !== 'receive') {
      if (answer.ok) blame(name, 'not a command of /asyncapi.json');
      return;
    }
    blame(`the answer to ${name}`, judgeMessage(`${key}.reply`, answer));
    if (!answer.ok) return;
    seen.add(key);
    if (payload !== undefined) blame(name, judgeMessage(key, payload));
  }

  return (socket) => {
    socket.onAny(noticed);
    watchAcknowledgements(socket, acknowledged);
  };
}

/** Socket.IO tells of what a client sends, but not how it is acknowledged. */
function watchAcknowledgements(
  socket: TestSocket,
  acknowledged: (name: string, payload: unknown, answer: { readonly ok: boolean }) => void,
): void {
  const untyped = socket as unknown as { emit(name: string, ...args: unknown[]): unknown };
  const emit = untyped.emit.bind(socket);
  untyped.emit = (name, ...args) => {
    const acknowledge = args.at(-1);
    if (typeof acknowledge !== 'function') return emit(name, ...args);
    // Socket.IO keeps a property on the function, so it is watched and not replaced.
    const watched = new Proxy(acknowledge, {
      apply(target, self, answers) {
        const answer: unknown = answers.at(-1);
        if (typeof answer === 'object' && answer !== null && 'ok' in answer)
          acknowledged(name, args[0], answer as { readonly ok: boolean });
        return Reflect.apply(target, self, answers) as unknown;
      },
    });
    return emit(name, ...args.slice(0, -1), watched);
  };
}
