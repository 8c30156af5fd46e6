import { createHash } from 'node:crypto';
import { about, signIn } from './about.ts';
import { createComponents } from './components.ts';
import { markup, type Markup } from './markup.ts';
import {
  listCommands,
  listNotices,
  listRoutes,
  listSchemas,
  type Section,
} from './page-sections.ts';
import { schemaAnchor } from './schema-view.ts';
import { styles } from './styles.ts';

/** A page and the policy under which it is served. */
export interface Page {
  readonly body: string;
  readonly policy: string;
}

/** Shows the contract to readers: one page without a script, nothing from elsewhere. */
export function createPage(): Page {
  const components = createComponents();
  const sections = [
    ...listRoutes(components),
    listCommands(components),
    listNotices(components),
    listSchemas(components), // after all that name some
  ];
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${about.title}</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
<header>
<h1>${about.title}</h1>
<p>${about.description}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a>, <a href="/asyncapi.json">asyncapi.json</a>.</p>
<dl>
<dt>Requests</dt><dd><code>${signIn.http}</code></dd>
<dt>Bodies</dt><dd>JSON in UTF-8; every error is a <a href="#${schemaAnchor('Problem')}">Problem</a></dd>
<dt>Sockets</dt><dd><code>${signIn.socket}</code></dd>
</dl>
<nav aria-label="Contents"><ul>${sections.map(viewEntry)}</ul></nav>
</header>
<main>
${sections.map(viewSection)}</main>
</body>
</html>
`;
  return { body: page.text, policy: contentSecurityPolicy() };
}

const viewEntry = ({ id, title, items }: Section): Markup =>
  markup`<li><a href="#${id}">${title}</a> <small>${items.length}</small></li>`;

const viewSection = ({ id, title, text, items }: Section): Markup =>
  markup`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${text === '' ? '' : markup`<p>${text}</p>`}
${items}
</section>
`;

/** The style sheet is named by its hash; nothing else may load or run. */
function contentSecurityPolicy(): string {
  const hash = createHash('sha256').update(styles.text).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
