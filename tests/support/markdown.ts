import { Parser } from 'commonmark';
import type { Node } from 'commonmark';
import { expect } from 'vitest';

/** The text of each block, when all of them are plain paragraphs and headings. */
export function shownBlocks(markdown: string): readonly string[] {
  const document = new Parser().parse(markdown);
  const blocks: string[] = [];
  for (let block: Node | null = document.firstChild; block; block = block.next) {
    expect(['paragraph', 'heading']).toContain(block.type);
    let text = '';
    for (let inline: Node | null = block.firstChild; inline; inline = inline.next) {
      expect(inline.type).toBe('text');
      text += inline.literal;
    }
    blocks.push(text);
  }
  return blocks;
}
