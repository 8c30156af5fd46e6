import { trusted } from 'mongoose';
import { dataPolicies } from '../../models/data-policies.ts';
import type { TrustedContext } from '../feature.ts';

/** A collection, and the last row of it that was shown; empty before the first. */
export type RowsPlace = readonly [collection: string, after: string];

/** What of a collection its policy shows. */
interface Shown {
  readonly of: string;
  readonly by: string;
  readonly show: (row: unknown) => Record<string, unknown>;
}

/** The rows of a collection, as a policy shows them. */
interface Rows {
  find(filter: object): {
    sort(order: object): {
      limit(size: number): { lean(): Promise<Readonly<Record<string, unknown>>[]> };
    };
  };
}

/** What an export has of the collections of features, one after the other. */
export class FeatureRows {
  readonly #models: TrustedContext['models'];
  readonly #shown: readonly (readonly [string, Shown])[];

  constructor({ models }: Pick<TrustedContext, 'models'>) {
    this.#models = models;
    this.#shown = Object.entries(dataPolicies).flatMap(([name, { exported }]) =>
      typeof exported === 'object' && 'show' in exported
        ? [[name, exported as unknown as Shown] as const]
        : [],
    );
  }

  /** At most `size` rows from a place on; `end` is where the next page goes on, if there is one. */
  async page(
    userId: string,
    [from, start]: RowsPlace,
    size: number,
  ): Promise<{ features: Record<string, Record<string, unknown>[]>; end: RowsPlace | undefined }> {
    const features: Record<string, Record<string, unknown>[]> = {};
    let left = size;
    for (const [name, { of, by, show }] of this.#shown.filter(([known]) => known >= from)) {
      const after = name === from && start !== '' ? { [by]: trusted({ $gt: start }) } : {};
      const collection = this.#models[name as keyof TrustedContext['models']] as unknown as Rows;
      const found = await collection
        .find({ [of]: userId, ...after })
        .sort({ [of]: 1, [by]: 1 })
        .limit(left)
        .lean();
      features[name] = found.map(show);
      left -= found.length;
      if (left === 0) return { features, end: [name, String(found.at(-1)?.[by])] };
    }
    return { features, end: undefined };
  }
}
