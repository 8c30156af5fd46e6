import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Parser } from 'commonmark';
import type { Node } from 'commonmark';

/** The guide to a new feature of the templates, `ping`. */
export const GUIDE = join(import.meta.dirname, '../../docs/add-a-feature.md');

/**
 * Does below a folder what a guide shows: makes each file whose path stands alone above its block, and
 * adds the lines of each block `diff` to the file that is named above it.
 * @returns the paths of the files that it made.
 */
export function writeGuide(root: string, guide: string): readonly string[] {
  const made: string[] = [];
  for (const block of blocks(guide)) {
    const text = block.literal ?? '';
    const path = pathAbove(block);
    if (block.info === 'diff') addLines(join(root, block.prev?.firstChild?.literal ?? ''), text);
    else if (path !== undefined) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      made.push(path);
    }
  }
  return made;
}

/** The commands that a guide shows, to run where it was followed. */
export function guideCommands(guide: string): string {
  return blocks(guide)
    .filter((block) => block.info === 'sh')
    .map((block) => block.literal)
    .join('');
}

/** Adds each line with a plus below the line that is shown above it. */
function addLines(path: string, shown: string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  let place = -1;
  for (const line of shown.trimEnd().split('\n')) {
    if (line.startsWith('+')) lines.splice((place += 1), 0, line.slice(1));
    else place = lines.indexOf(line.slice(1));
    if (place === -1) throw new Error(`${path} has no line ${line}`);
  }
  writeFileSync(path, lines.join('\n'));
}

function blocks(guide: string): readonly Node[] {
  const found: Node[] = [];
  const document = new Parser().parse(readFileSync(guide, 'utf8'));
  for (let block = document.firstChild; block; block = block.next)
    if (block.type === 'code_block') found.push(block);
  return found;
}

/** The paragraph above, where it is nothing but a path. */
function pathAbove({ prev }: Node): string | undefined {
  const [only, other] = [prev?.firstChild, prev?.lastChild];
  const isPath = prev?.type === 'paragraph' && only?.type === 'code' && only === other;
  return isPath ? (only.literal ?? undefined) : undefined;
}
