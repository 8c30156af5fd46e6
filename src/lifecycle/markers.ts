/** Names of the sides, as markers show them. */
export interface Labels {
  readonly yours: string;
  readonly base: string;
  readonly template: string;
}

/** A place where both sides say something else. */
export interface Clash {
  readonly yours: readonly string[];
  readonly base: readonly string[];
  readonly template: readonly string[];
}

/** Lines that are decided, or a place that is not. */
export type Part = readonly string[] | Clash;

/** The text of parts, with markers as `git merge-file --diff3` writes them. */
export function printParts(parts: readonly Part[], labels: Labels): string {
  const lines = parts.flatMap((part) => (isLines(part) ? part : marked(part, labels)));
  const last = parts.at(-1);
  // A marker is a whole line.
  return [...lines, ...(last && !isLines(last) ? [''] : [])].join('\n');
}

/** Whether a part is decided. */
export function isLines(part: Part): part is readonly string[] {
  return Array.isArray(part);
}

function marked(clash: Clash, { yours, base, template }: Labels): readonly string[] {
  return [
    `<<<<<<< ${yours}`,
    ...clash.yours,
    `||||||| ${base}`,
    ...clash.base,
    '=======',
    ...clash.template,
    `>>>>>>> ${template}`,
  ];
}

// Ours alone: git names a branch, or HEAD, where we say whose the lines are.
const OPEN = /^<{7} yours\r?$/gm;

/** How many places of a text have markers of ours still. */
export function countMarkers(text: string): number {
  return text.match(OPEN)?.length ?? 0;
}
