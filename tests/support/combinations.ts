import { CreateError } from '../../src/errors.ts';
import { adapterNames, choosableFeatures, selectFeatures } from '../../src/templates/features.ts';
import type { Feature } from '../../src/templates/features.ts';

/**
 * The sets of features to test, the largest first: all there are when these are few, else none,
 * every single one, all but one, and all with each adapter. These show every two features in each way:
 * both, one without the other, neither. What is required is part of a set, and sets that exclude
 * themselves are left out.
 */
export function combinations(all: readonly Feature[], most = 64): readonly (readonly string[])[] {
  const names = all.map(({ name }) => name).filter((name) => name !== 'base');
  const wanted = 2 ** names.length <= most ? subsets(names) : edges(all);
  const sets = new Map<string, readonly string[]>();
  for (const set of wanted) {
    const selected = select(all, set);
    if (selected) sets.set(selected.join(), selected);
  }
  return [...sets.values()].sort((a, b) => b.length - a.length);
}

/** All sets of these, the smallest first. */
export function subsets(names: readonly string[]): readonly (readonly string[])[] {
  return names.reduce<readonly (readonly string[])[]>(
    (sets, name) => [...sets, ...sets.map((set) => [...set, name])],
    [[]],
  );
}

function edges(all: readonly Feature[]): readonly (readonly string[])[] {
  const plain = choosableFeatures(all).map(({ name }) => name);
  const adapters = adapterNames(all).filter((name) => name !== 'none');
  const names = [...plain, ...adapters];
  const whole = [plain, ...adapters.map((adapter) => [...plain, adapter])];
  const but = plain.map((name) => whole.at(-1)?.filter((other) => other !== name) ?? []);
  return [[], ...names.map((name) => [name]), ...but, ...whole];
}

function select(all: readonly Feature[], wanted: readonly string[]): readonly string[] | undefined {
  try {
    return selectFeatures(all, wanted)
      .map(({ name }) => name)
      .filter((name) => name !== 'base');
  } catch (error) {
    if (error instanceof CreateError && error.code === 'INVALID_OPTION') return undefined;
    throw error;
  }
}
