import { problem } from '../../src/contract/errors.ts';

/** An answer of the API, its body parsed. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** What tests, their matchers and their printers ask of any object. */
const askedOfAll = new Set([...Object.keys(problem.shape), 'then', 'toJSON', 'asymmetricMatch']);
const ofMatchers = /^(?:\$\$|@@|nodeType$|tagName$)/;

/**
 * The refused requests of a test. One that expected none fails by what was answered, and not by what
 * follows from it.
 */
export class Refusals {
  readonly #unread = new Map<object, string>();

  /** The answer of a refused request, which knows whether anything of it was read. */
  add<Body>(request: string, { status, body, headers }: Answer<Body>): Answer<Body> {
    const shown = asProblem(body, request);
    const read = <Value>(value: Value): Value => {
      this.#unread.delete(answer);
      return value;
    };
    const answer = {
      get headers(): Headers {
        return read(headers);
      },
      get status(): number {
        return read(status);
      },
      get body(): Body {
        return read(shown);
      },
    };
    this.#unread.set(answer, `${request}: ${status} ${JSON.stringify(body)}`);
    return answer;
  }

  /** @throws Error when there was one whose answer nobody read */
  assertRead(): void {
    if (this.#unread.size === 0) return;
    throw new Error(`refused, and not expected:\n${[...this.#unread.values()].join('\n')}`);
  }
}

/** A body from which a test reads nothing that only another answer has. */
function asProblem<Body>(body: Body, request: string): Body {
  if (typeof body !== 'object' || body === null) return body;
  return new Proxy(body, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || askedOfAll.has(key) || ofMatchers.test(key))
        return Reflect.get(target, key, receiver) as unknown;
      throw new Error(`${request} has no ${key} in its answer: ${JSON.stringify(target)}`);
    },
  });
}
