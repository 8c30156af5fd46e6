import { problem } from '../../src/contract/errors.ts';

/** What tests, their matchers and their printers ask of any object. */
const askedOfAll = new Set([...Object.keys(problem.shape), 'then', 'toJSON', 'asymmetricMatch']);
const ofMatchers = /^(?:\$\$|@@|nodeType$|tagName$)/;

/**
 * The body of a refused request. A test that reads from it what only another answer has fails with
 * what was answered, and not with an undefined value that it carries on.
 */
export function asProblem<Body>(body: Body, request: string): Body {
  if (typeof body !== 'object' || body === null) return body;
  return new Proxy(body, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || askedOfAll.has(key) || ofMatchers.test(key))
        return Reflect.get(target, key, receiver) as unknown;
      throw new Error(`${request} has no ${key} in its answer: ${JSON.stringify(target)}`);
    },
  });
}
