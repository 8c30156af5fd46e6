import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Parser } from 'commonmark';
import type { Node } from 'commonmark';

/** The guide to a new feature, `ping`. */
const GUIDE = join(import.meta.dirname, '../../docs/add-a-feature.md');

/** Makes the files that the guide shows, below a copy of this repository. @returns their paths. */
export function writeGuide(repository: string): readonly string[] {
  const files = blocks().flatMap((block) => {
    const path = pathAbove(block);
    return path === undefined ? [] : [{ path, text: block.literal ?? '' }];
  });
  for (const { path, text } of files) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  return files.map(({ path }) => path);
}

/** The commands that the guide shows, to run in the copy. */
export function guideCommands(): string {
  return blocks()
    .filter((block) => block.info === 'sh')
    .map((block) => block.literal)
    .join('');
}

function blocks(): readonly Node[] {
  const found: Node[] = [];
  const document = new Parser().parse(readFileSync(GUIDE, 'utf8'));
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
