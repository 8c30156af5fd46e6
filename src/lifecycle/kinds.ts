import type { Policy } from '../templates/manifest.ts';

const BY_NAME: readonly (readonly [RegExp, Policy])[] = [
  [/(?:^|\/)(?:\.\w+ignore|\.env\.example)$/, 'union'],
  [/\.json$/, 'json'],
  [/\.md$/, 'soft'],
];

/** How a file of the templates is merged: as a feature says, else as its name tells. */
export function kindOf(path: string, policies: ReadonlyMap<string, Policy>): Policy {
  return policies.get(path) ?? BY_NAME.find(([name]) => name.test(path))?.[1] ?? 'text';
}
