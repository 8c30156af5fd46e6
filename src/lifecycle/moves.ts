import type { Moves } from './types.ts';

/** Where several releases, one after the other, put what the first of them found. */
export class Placement {
  readonly #steps: readonly Step[];

  /** @param releases - the oldest first. */
  constructor(releases: readonly Partial<Moves>[]) {
    this.#steps = releases.map(({ moved = {}, split = {} }) => ({
      moved: new Map(Object.entries(moved)),
      split: new Map(Object.entries(split)),
      folders: Object.keys(moved)
        .filter((key) => key.endsWith('/'))
        .sort((a, b) => b.length - a.length),
    }));
  }

  /** Whether nothing moves at all. */
  get isEmpty(): boolean {
    return this.#steps.every(({ moved, split }) => moved.size + split.size === 0);
  }

  /** The place of a file of the templates; of one that was split, that of its first part. */
  placeOf(path: string): string {
    return this.partsOf(path)[0] as string;
  }

  /** Every place of a file of the templates: more than one where it was split. */
  partsOf(path: string): readonly string[] {
    return this.#steps.reduce<readonly string[]>(
      (places, step) => [
        ...new Set(places.flatMap((place) => step.split.get(place) ?? [placeIn(step, place)])),
      ],
      [path],
    );
  }

  /** The place of a file that is the owner's own: a folder takes it along. */
  ownPlaceOf(path: string): string {
    return this.#steps.reduce((place, step) => folderPlaceIn(step, place), path);
  }
}

interface Step {
  readonly moved: ReadonlyMap<string, string>;
  readonly split: ReadonlyMap<string, readonly string[]>;
  /** The longest first. */
  readonly folders: readonly string[];
}

function placeIn(step: Step, path: string): string {
  return step.moved.get(path) ?? folderPlaceIn(step, path);
}

function folderPlaceIn({ moved, folders }: Step, path: string): string {
  const folder = folders.find((key) => path.startsWith(key));
  return folder === undefined ? path : `${moved.get(folder)}${path.slice(folder.length)}`;
}
