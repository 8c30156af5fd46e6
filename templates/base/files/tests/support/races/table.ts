import { commands, routes, type CommandName } from '../../../src/contract/index.ts';
import { importAll, type Kind, type Place, type RouteInput } from '../uses.ts';

type Name = keyof typeof routes | CommandName;

/** What ends a right while its owner makes use of it. */
export const changes = [
  'removal',
  'demotion',
  'block by the target',
  'block by the outsider',
  'archiving',
  'erasure',
] as const;

export type Change = (typeof changes)[number];

/** A use of tests/access that is raced against the end of the right to it. */
export interface Race {
  readonly of: Name;
  /** The name of that use, where it has one. */
  readonly as?: string;
  /** The kind of conversation, and who asks there. */
  readonly in: Kind;
  readonly by: string;
  readonly around: readonly Change[];
  /** In place of the input of that use. */
  readonly input?: (place: Place, askerId: string) => RouteInput;
  /** 200 finds what is there already, and stores nothing. */
  readonly finds?: true;
  /**
   * The right may be a moment old: what was asked for before the acknowledgement of the change may
   * still be done after it. For what is too frequent for a transaction, as a send is.
   */
  readonly isCached?: true;
}

/** Why nothing of a route or a command depends on a right that somebody else can end. */
export interface NoRace {
  readonly of: Name;
  readonly because: string;
}

/** The rows of the core, and those that features bring along. */
export async function readRaces(): Promise<readonly (Race | NoRace)[]> {
  const modules = await importAll<{ races: readonly (Race | NoRace)[] }>('../races');
  return modules.flatMap(({ races }) => races);
}

/** Every route that changes something and every command that no row names. */
export function unraced(rows: readonly (Race | NoRace)[]): string[] {
  const named = new Set<string>(rows.map(({ of }) => of));
  const mutating = Object.entries(routes).filter(([, { method }]) => (method as string) !== 'get');
  return [...mutating.map(([name]) => name), ...Object.keys(commands)].filter(
    (name) => !named.has(name),
  );
}
