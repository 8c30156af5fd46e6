// Draws what a terminal shows, as `tmux capture-pane -e` gives it: text with the codes of ECMA-48.
const CELL = { width: 8.4, height: 20, font: 14 };
const MARGIN = { x: 20, top: 52, bottom: 20 };
const BACKGROUND = '#16181d';
const PLAIN = '#d7dae0';
// The eight colours of a terminal, and their bright ones.
const COLOURS = [
  '#5c6370',
  '#ef7b85',
  '#8fd18a',
  '#e5c07b',
  '#6fb3f2',
  '#c792ea',
  '#5fd0d6',
  PLAIN,
];
const BRIGHT = [
  '#848b98',
  '#ff9aa2',
  '#a9e6a4',
  '#f5d79b',
  '#93c9ff',
  '#dcb5f7',
  '#8be4e9',
  '#fff',
];

/** Returns an SVG image of the screen. */
export function drawTerminal(screen, { columns, title }) {
  const lines = screen.trimEnd().split('\n');
  const width = MARGIN.x * 2 + columns * CELL.width;
  const height = MARGIN.top + lines.length * CELL.height + MARGIN.bottom;
  const style = { colour: PLAIN, bold: false, dim: false, underlined: false };
  const texts = lines.flatMap((line, row) => drawLine(line, row, style));
  const dots = ['#ef7b85', '#e5c07b', '#8fd18a'].map(
    (colour, index) => `<circle cx="${24 + index * 20}" cy="22" r="6" fill="${colour}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${CELL.font}">
<title>${escape(title)}</title>
<rect width="100%" height="100%" rx="10" fill="${BACKGROUND}"/>
${dots.join('')}
${texts.join('\n')}
</svg>
`;
}

/** One text for each run of one style, at the place of its cell, whatever font there is. */
function drawLine(line, row, style) {
  const texts = [];
  let column = 0;
  for (const [index, part] of line.split('\u001B[').entries()) {
    const end = index === 0 ? -1 : part.indexOf('m');
    const text = part.slice(end + 1);
    if (end !== -1) applyCodes(style, part.slice(0, end));
    if (text.trim() !== '') texts.push(drawText(text, { column, row }, style));
    column += [...text].length;
  }
  return texts;
}

function drawText(text, { column, row }, { colour, bold, dim, underlined }) {
  const indent = text.length - text.trimStart().length;
  const shown = text.trim();
  const attributes = [
    `x="${round(MARGIN.x + (column + indent) * CELL.width)}"`,
    `y="${MARGIN.top + row * CELL.height + CELL.font}"`,
    `textLength="${round([...shown].length * CELL.width)}"`,
    `fill="${colour}"`,
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity="0.65"'] : []),
    ...(underlined ? ['text-decoration="underline"'] : []),
  ];
  return `<text ${attributes.join(' ')} xml:space="preserve">${escape(shown)}</text>`;
}

function applyCodes(style, codes) {
  for (const code of codes.split(';').map(Number)) {
    if (code === 0)
      Object.assign(style, { colour: PLAIN, bold: false, dim: false, underlined: false });
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 4) style.underlined = true;
    else if (code === 22) Object.assign(style, { bold: false, dim: false });
    else if (code === 24) style.underlined = false;
    else if (code === 39) style.colour = PLAIN;
    else if (code >= 30 && code <= 37) style.colour = COLOURS[code - 30];
    else if (code >= 90 && code <= 97) style.colour = BRIGHT[code - 90];
    // All backgrounds are the same here.
    else if (code !== 49) throw new Error(`a terminal code that is not drawn yet: ${code}`);
  }
}

const round = (number) => Math.round(number * 10) / 10;

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
