import type { Feature } from './features.ts';
import { MERGED_FILE } from './template-files.ts';

/** What a project gets with a feature, whatever else it has. */
export interface Additions {
  readonly files: number;
  /** Names of packages, in the order of package.json. */
  readonly packages: readonly string[];
  /** Names of environment variables. */
  readonly variables: readonly string[];
}

/** What a feature adds, read from its folder, so that no list of it can be wrong. */
export function additionsOf({ files, slots }: Feature): Additions {
  const own = files.filter(({ beside }) => beside === undefined);
  const manifest = own.find(({ path }) => path === MERGED_FILE);
  const { dependencies, devDependencies } = JSON.parse(
    manifest?.bytes.toString('utf8') ?? '{}',
  ) as Readonly<Record<'dependencies' | 'devDependencies', object | undefined>>;
  return {
    files: own.filter(({ path }) => path !== MERGED_FILE).length,
    packages: Object.keys({ ...dependencies, ...devDependencies }),
    variables: (slots['env'] ?? []).map((entry) =>
      typeof entry === 'string' ? entry : (entry['name'] ?? ''),
    ),
  };
}

/** The same in a few words: `7 files, prom-client, METRICS_PORT`. */
export function additionWords(feature: Feature): string {
  const { files, packages, variables } = additionsOf(feature);
  return [`${files} ${files === 1 ? 'file' : 'files'}`, ...packages, ...variables].join(', ');
}
