import type { z } from 'zod';
import { pathOf, type CommandContract, type RouteContract } from '../../contract/define.ts';
import { problem, problemStatus, type ProblemCode } from '../../contract/errors.ts';
import { commands, notices, routes } from '../../contract/index.ts';
import { tagOf } from './about.ts';
import type { Components, JsonSchema } from './components.ts';
import { joined, markup, type Markup, type Part } from './markup.ts';
import { describeQuery } from './openapi.ts';
import { problemsOfCommand, problemsOfRoute } from './problems.ts';
import { schemaAnchor, viewField, viewSchema } from './schema-view.ts';

/** A part of the page with a heading of its own. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Introduces the items; may be empty. */
  readonly text: string;
  readonly items: readonly Markup[];
}

/** The routes, a section for each group. */
export function listRoutes(components: Components): readonly Section[] {
  const groups = new Map<string, Markup[]>();
  for (const [name, route] of Object.entries<RouteContract>(routes)) {
    const tag = tagOf(route);
    const items = groups.get(tag) ?? [];
    items.push(viewRoute(name, route, components));
    groups.set(tag, items);
  }
  return [...groups].map(([tag, items]) => ({
    id: `routes-${tag}`,
    title: `Routes: ${tag}`,
    text: '',
    items,
  }));
}

/** The commands of clients. */
export const listCommands = (components: Components): Section => ({
  id: 'commands',
  title: 'Commands',
  text: 'What a client sends over its socket. Each is acknowledged with { ok: true, data } or { ok: false, error }.',
  items: Object.entries<CommandContract>(commands).map(([name, command]) =>
    viewEntry(name, markup`<code>${name}</code>`, command.summary, [
      viewPart('Payload', components.describe(command.input, 'input')),
      viewPart('Data', components.describe(command.output, 'output')),
      viewProblems(problemsOfCommand(command)),
    ]),
  ),
});

/** The notices of the server. */
export const listNotices = (components: Components): Section => ({
  id: 'notices',
  title: 'Notices',
  text: 'What the server sends over the socket.',
  items: Object.entries<z.ZodType>(notices).map(([name, notice]) => {
    const { description, ...payload } = components.describe(notice, 'output');
    return viewEntry(name, markup`<code>${name}</code>`, description ?? '', [
      viewPart('Payload', payload),
    ]);
  }),
});

/** The named parts of all schemas that were described before. */
export function listSchemas(components: Components): Section {
  components.describe(problem, 'output');
  return {
    id: 'schemas',
    title: 'Schemas',
    text: 'What several of the above have in common.',
    items: Object.entries(components.schemas)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(
        ([id, schema]) =>
          markup`<article><h3 id="${schemaAnchor(id)}">${id}</h3>${viewSchema(schema)}</article>\n`,
      ),
  };
}

function viewRoute(name: string, route: RouteContract, components: Components): Markup {
  const title = markup`<code><b>${route.method.toUpperCase()}</b> ${pathOf(route)}</code>`;
  const answers = Object.entries(route.answers).map(([status, schema]) =>
    schema === null
      ? markup`<h3>${status}</h3><p>No body.</p>`
      : viewPart(status, components.describe(schema, 'output')),
  );
  return viewEntry(name, title, route.summary, [
    route.public ? markup`<p>Needs no access token.</p>` : '',
    route.params ? viewParameters('Path', components.describe(route.params, 'input')) : '',
    route.query ? viewParameters('Query', describeQuery(route.query, components)) : '',
    route.body ? viewPart('Body', components.describe(route.body, 'input')) : '',
    answers,
    viewProblems([...problemsOfRoute(route).values()].flat()),
  ]);
}

/** Browsers unfold a section when an anchor inside is followed or its text is searched for. */
const viewEntry = (name: string, title: Markup, summary: string, parts: Part): Markup =>
  markup`<details><summary>${title} <span>${summary}</span></summary>
<div id="${name}">${parts}</div></details>
`;

const viewPart = (title: string, schema: JsonSchema): Markup =>
  markup`<h3>${title}</h3>${viewSchema(schema)}`;

function viewParameters(title: string, { properties, required }: JsonSchema): Markup {
  const rows = Object.entries(properties ?? {}).map(([name, field]) =>
    viewField(name, field, required?.includes(name) ?? false),
  );
  return markup`<h3>${title}</h3><ul class="fields">${rows}</ul>`;
}

function viewProblems(codes: readonly ProblemCode[]): Markup {
  const items = codes.map(
    (code) => markup`<span>${problemStatus[code]} <code>${code}</code></span>`,
  );
  return markup`<h3><a href="#${schemaAnchor('Problem')}">Problems</a></h3><p class="problems">${joined(items, ' ')}</p>`;
}
