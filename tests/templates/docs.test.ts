import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { ANSWERS, textOf } from '../support/templates.ts';

const templates = loadFeatures(TEMPLATES);
const features = templates.filter(({ adapter }) => !adapter).map(({ name }) => name);
const project = planProject(
  { ...ANSWERS, features: features.filter((name) => name !== 'base') },
  templates,
);
const paths = project.files.map(({ path }) => path);
const scripts = Object.keys(
  (JSON.parse(textOf(project, 'package.json')) as { scripts: object }).scripts,
);
const documents = paths.filter((path) => path.endsWith('.md'));

/** What stands in code spans, outside of blocks. */
function spansOf(path: string): readonly string[] {
  const prose = textOf(project, path).replaceAll(/^```[^]*?^```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span as string);
}

/** Names in quotes or as keys, within a declaration of a source file. */
function namesIn(path: string, declaration: RegExp): readonly string[] {
  const [, body = ''] = declaration.exec(textOf(project, path)) ?? [];
  return [...body.matchAll(/^ {2}'?([a-z:-]+)'?: /gm)].map(([, name]) => name as string);
}

/** Fields that a module adds to what is sent, edited, shown, read and listed. */
function fieldsIn(path: string): readonly string[] {
  const groups = new Set(['sent', 'edited', 'shown', 'reader', 'list']);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAssignment(node) &&
      groups.has(node.name.getText()) &&
      ts.isObjectLiteralExpression(node.initializer)
    )
      found.push(...node.initializer.properties.map((one) => one.name?.getText() ?? ''));
    ts.forEachChild(node, visit);
  };
  if (path.endsWith('-fields.ts'))
    visit(ts.createSourceFile(path, textOf(project, path), ts.ScriptTarget.Latest, true));
  return found;
}

/** The controls of every project, by the table of SECURITY.md. */
const controls = [...textOf(project, 'SECURITY.md').matchAll(/^\|.*\|([^|]*)\|$/gm)].flatMap(
  ([, numbers = '']) => [...numbers.matchAll(/\bC\d{2,3}\b/g)].map(String),
);

/** The numbers of promises in the titles of a file of tests; controls of every project are in SECURITY.md. */
function numbersIn(text: string): readonly string[] {
  const titles = text.matchAll(/\bit(?:\.\w+)*\((?:[^'"`\n]*\)\()?\s*['"`]((?:[A-Z]\d+ )+)/g);
  return [...titles]
    .flatMap(([, numbers = '']) => numbers.trim().split(' '))
    .filter((number) => !controls.includes(number));
}

describe('the documents of a project', () => {
  it('are those that a reader needs', () => {
    expect(documents.toSorted()).toEqual([
      'README.md',
      'SECURITY.md',
      'docs/add-a-feature.md',
      'docs/architecture.md',
      'docs/client.md',
      'docs/configuration.md',
      'docs/features.md',
      'docs/glossary.md',
      'docs/guarantees.md',
      'docs/http.md',
      'docs/operations.md',
      'docs/protocol.md',
      'docs/send-path.md',
      'docs/updates.md',
      'src/platform/README.md',
    ]);
  });

  it.each(documents)('%s names files that are there', (document) => {
    // The guide makes files; a test follows it.
    const named = spansOf(document)
      .filter((span) => !/statistics|language/.test(span))
      .filter((span) =>
        /^(?:\.github|client|demo|docs|src|tests|tools)\/[\w./-]*$|^[A-Z]+\.md$|^compose\.yml$/.test(
          span,
        ),
      );
    for (const span of named) {
      const path = span.replace(/\/$/, '');
      const isThere = paths.some((known) => known === path || known.startsWith(`${path}/`));
      expect([span, isThere]).toEqual([span, true]);
    }
    for (const [, link = ''] of textOf(project, document).matchAll(/\]\(([^)]+)\)/g))
      expect(paths).toContain(posix.join(posix.dirname(document), link));
  });

  it.each(documents)('%s names scripts that there are', (document) => {
    for (const [, script = ''] of textOf(project, document).matchAll(/\bnpm run ([\w:-]+)/g))
      expect(scripts).toContain(script);
  });

  it.each([['minimal', []] as const, ['full', features.slice(1)] as const])(
    'say what each number in a title of the tests stands for: %s',
    (_preset, chosen) => {
      const made = planProject({ ...ANSWERS, features: [...chosen] }, templates);
      const inTests = made.files
        .filter(({ path }) => path.endsWith('.test.ts'))
        .flatMap(({ path }) => {
          const place = path.slice('tests/'.length, -'.test.ts'.length);
          return numbersIn(textOf(made, path)).map((number) => `${number} ${place}`);
        });
      const guarantees = textOf(made, 'docs/guarantees.md').matchAll(/^- \*\*(\w+)\*\* .*/gm);
      const said = [...guarantees].flatMap(([line, number]) =>
        [...line.matchAll(/`([^`]+)`/g)].map(([, place]) => `${number} ${place}`),
      );
      expect([...new Set(said)].toSorted()).toEqual([...new Set(inTests)].toSorted());
    },
  );

  it('explain every error code, and no other', () => {
    const table = /## Problems([^]*)$/.exec(textOf(project, 'docs/protocol.md'))?.[1] ?? '';
    const rows = [...table.matchAll(/^\| (\d{3}) +\| ([^|]*)\|/gm)];
    const explained = rows.flatMap(([, status, codes = '']) =>
      [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code]) => `${code} ${status}`),
    );
    const source = textOf(project, 'src/contract/errors.ts');
    const declared = [...source.matchAll(/^ {2}'?([a-z-]+)'?: (\d{3}),/gm)];
    expect(explained.toSorted()).toEqual(
      declared.map(([, code, status]) => `${code} ${status}`).toSorted(),
    );
  });

  it('name every command and every notice of the base', () => {
    const spans = new Set(spansOf('docs/protocol.md'));
    const parts = ['auth', 'connection', 'conversations', 'messages', 'sync'];
    const declared = parts.flatMap((part) => [
      ...namesIn(`src/contract/${part}.ts`, /Commands = \{\n([^]*?)^\};/m),
      ...namesIn(`src/contract/${part}.ts`, /Notices = \{\n([^]*?)^\};/m),
    ]);
    expect(declared.length).toBeGreaterThan(15);
    for (const name of declared) expect(spans).toContain(name);
  });

  it('name every field, command and notice of every feature', () => {
    const spans = new Set(spansOf('docs/features.md'));
    const base = templates.find(({ name }) => name === 'base')?.files ?? [];
    const ofBase = new Set(base.map(({ path }) => path));
    const parts = paths.filter((path) => path.startsWith('src/contract/') && !ofBase.has(path));
    const declared = parts.flatMap((path) => [
      ...namesIn(path, /Commands = \{\n([^]*?)^\};/m),
      ...namesIn(path, /Notices = \{\n([^]*?)^\};/m),
      ...fieldsIn(path),
    ]);
    expect(declared.length).toBeGreaterThan(25);
    expect(declared.filter((name) => !spans.has(name))).toEqual([]);
  });

  it('say of every control which tests prove it, or why there is none', () => {
    const text = textOf(project, 'SECURITY.md');
    const excepted = [...text.matchAll(/^- \*\*(C\d{2}),/gm)].map(([, number]) => number as string);
    const all = Array.from({ length: 76 }, (_, index) => `C${String(index + 1).padStart(2, '0')}`);
    // Later ones come with what they control.
    const first = [...controls, ...excepted].filter((number) => all.includes(number));
    expect([...new Set(first)].toSorted()).toEqual(all);
    expect(controls.filter((number, index) => controls.indexOf(number) !== index)).toEqual([]);
    const titles = paths
      .filter((path) => path.endsWith('.test.ts'))
      .flatMap((path) => textOf(project, path).match(/^it(?:\.\w+)*\(\s*['"`].*/gm) ?? [])
      .join('\n');
    for (const number of controls) expect(titles).toMatch(new RegExp(`\\b${number}\\b`));
  });
});
