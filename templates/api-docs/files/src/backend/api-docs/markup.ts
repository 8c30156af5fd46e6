const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text that may stand in a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may hold: markup stays, other text is escaped, lists are joined. */
export type Part = Markup | string | number | readonly Part[];

/** Markup from a template literal: `` markup`<p>${text}</p>` ``. */
export const markup = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(String.raw({ raw: texts }, ...parts.map(toText)));

/** Parts with something between them. */
export const joined = (parts: readonly Part[], separator: string): readonly Part[] =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));

function toText(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(toText).join('');
  return String(part).replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
