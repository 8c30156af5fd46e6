/** A word and what it means. */
export type Row = readonly [string, string];

/** Rows below a heading. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

// Wider lines are hard to read, and in fewer columns two columns of text are.
const WIDEST = 80;
const NARROWEST = 20;
const NARROW = 60;
const INDENT = 2;
const GAP = 2;
const BELOW = 6;

/** Writes sections below a title, in lines of at most so many columns. */
export function formatHelp(
  { head, words }: { readonly head: string; readonly words: string },
  sections: readonly Section[],
  more: string,
  columns: number,
): string {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns));
  const lines = [
    ...wrapped(head, width),
    '',
    ...wrapped(words, width),
    ...sections.flatMap((section) => ['', section.title, ...rowsOf(section, width)]),
    ...(more === '' ? [] : ['', ...wrapped(more, width)]),
  ];
  return `${lines.join('\n')}\n`;
}

function rowsOf({ rows }: Section, width: number): readonly string[] {
  const first = Math.max(...rows.map(([word]) => word.length)) + INDENT + GAP;
  const isBeside = width >= NARROW;
  const indent = isBeside ? first : BELOW;
  return rows.flatMap(([word, text]) => {
    const lines = wrapped(text, width - indent).map((line) => ' '.repeat(indent) + line);
    if (!isBeside && INDENT + word.length + GAP + text.length <= width)
      return [`  ${word}  ${text}`];
    if (!isBeside) return [...wrapped(word, width - INDENT).map((line) => `  ${line}`), ...lines];
    const [head = '', ...others] = lines;
    return [`  ${word}`.padEnd(indent) + head.slice(indent), ...others];
  });
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
