import { diffIndices } from 'node-diff3';
import { countLines, similarity } from './similarity.ts';
import { isText, textOf } from './text-form.ts';
import type { TreeFile } from './types.ts';

const HALF = 0.5;

/**
 * What a file of the owner's and a new one of the template may both come from: the lines that they
 * have in common. Undefined where that are too few for the one to be an older form of the other.
 */
export function olderForm(yours: TreeFile, next: TreeFile): TreeFile | undefined {
  if (!isText(yours.bytes) || !isText(next.bytes)) return undefined;
  const texts = [textOf(yours.bytes), textOf(next.bytes)] as const;
  if (similarity(countLines(texts[0]), countLines(texts[1])) < HALF) return undefined;
  return { bytes: Buffer.from(commonLines(...texts)), mode: next.mode };
}

function commonLines(a: string, b: string): string {
  const lines = a.split('\n');
  const common: string[] = [];
  let from = 0;
  for (const { buffer1 } of diffIndices(lines, b.split('\n'))) {
    common.push(...lines.slice(from, buffer1[0]));
    from = buffer1[0] + buffer1[1];
  }
  return [...common, ...lines.slice(from)].join('\n');
}
