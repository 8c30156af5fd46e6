import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planProject } from '../../../src/plan/plan.ts';
import type { PlanAnswers } from '../../../src/plan/plan.ts';
import { hostileLine } from '../../support/hostile-text.ts';
import { shownBlocks } from '../../support/markdown.ts';
import { ANSWERS, BASE, features, plan, textOf } from '../../support/templates.ts';

const SECRETS = { accessTokenKeys: 'k1:aaa', refreshTokenKey: 'bbb', dataKeys: 'k1:ccc' };
const TYPING = {
  'typing/feature.json': { name: 'typing', summary: 'x' },
  'typing/files/src/typing.ts': 'export const typing = 1;\n',
  'typing/files/package.json': { dependencies: { zod: '^4.0.0' } },
};

describe('planProject', () => {
  it('has every file by path, with its owner and mode', () => {
    const made = plan({ ...TYPING, 'base/files/z.txt': 'z\n' }, { features: ['typing'] });
    expect(made.features).toEqual(['typing']);
    expect(made.files.map(({ path, mode, feature }) => [path, mode.toString(8), feature])).toEqual([
      ['.chat-backend.json', '644', 'base'],
      ['package.json', '644', 'base'],
      ['src/typing.ts', '644', 'typing'],
      ['z.txt', '644', 'base'],
    ]);
    expect(textOf(made, 'z.txt')).toBe('z\n');
  });

  it('merges package.json', () => {
    const made = plan(TYPING, { features: ['typing'] });
    expect(textOf(made, 'package.json')).toBe(
      '{\n  "name": "my-app",\n  "dependencies": {\n    "zod": "^4.0.0"\n  }\n}\n',
    );
  });

  it('leaves a feature out that nobody wants', () => {
    expect(textOf(plan(TYPING), 'package.json')).not.toContain('zod');
    expect(plan(TYPING).files.map(({ path }) => path)).not.toContain('src/typing.ts');
  });

  it('has an environment file with mode 600, only with secrets', () => {
    const tree = { 'base/files/.env.ejs': 'KEY=<%- env(secrets.refreshTokenKey) %>\n' };
    expect(plan(tree).files.map(({ path }) => path)).not.toContain('.env');
    const made = plan(tree, { secrets: SECRETS });
    expect(made.files.find(({ path }) => path === '.env')).toMatchObject({ mode: 0o600 });
    expect(textOf(made, '.env')).toBe('KEY=bbb\n');
  });

  it('refuses two features that own one file', () => {
    const tree = { ...TYPING, 'base/files/src/typing.ts': '' };
    expect(() => plan(tree, { features: ['typing'] })).toThrow(
      /src\/typing\.ts belongs to two features, base and typing/,
    );
    expect(() => plan(tree)).not.toThrow();
  });

  it('refuses a slot that no host prints', () => {
    const manifest = { name: 'typing', summary: 'x', slots: { featurs: ['x'] } };
    expect(() => plan({ 'typing/feature.json': manifest }, { features: ['typing'] })).toThrow(
      /typing fills a slot featurs that no host prints/,
    );
  });

  describe('what a feature has for another one', () => {
    const tree = {
      'page/feature.json': { name: 'page', summary: 'x', slots: { lines: ['of the page'] } },
      'page/files/page.txt.ejs':
        '<%_ for (const part of slots.lines) { _%>\n<%- line(part) %>\n<%_ } _%>\n',
      'typing/feature.json': {
        name: 'typing',
        summary: 'x',
        with: { page: { lines: ['of typing'] } },
      },
      'typing/files/typing.txt': 'typing\n',
      'typing/files+page/typing-on-page.txt': 'both\n',
      'typing/files+page/package.json': { dependencies: { zod: '^4.0.0' } },
    };

    it.each([
      [['typing'], ['typing.txt'], undefined],
      [['page'], ['page.txt'], 'of the page\n'],
      [
        ['page', 'typing'],
        ['page.txt', 'typing-on-page.txt', 'typing.txt'],
        'of the page\nof typing\n',
      ],
    ])('counts where both are: %j', (chosen, paths, printed) => {
      const made = plan(tree, { features: chosen });
      const texts = made.files.map(({ path }) => path).filter((path) => path.endsWith('.txt'));
      expect(texts).toEqual(paths);
      if (printed !== undefined) expect(textOf(made, 'page.txt')).toBe(printed);
      expect(textOf(made, 'package.json').includes('zod')).toBe(chosen.length === 2);
      const owner = made.files.find(({ path }) => path === 'typing-on-page.txt')?.feature;
      expect(owner).toBe(chosen.length === 2 ? 'typing' : undefined);
    });

    it('is refused in a slot that no host of the two prints', () => {
      const manifest = { name: 'typing', summary: 'x', with: { page: { lins: ['x'] } } };
      const wrong = { ...tree, 'typing/feature.json': manifest };
      expect(() => plan(wrong, { features: ['page', 'typing'] })).toThrow(
        /typing fills a slot lins that no host prints/,
      );
      expect(() => plan(wrong, { features: ['typing'] })).not.toThrow();
    });
  });

  it('refuses two ranges for one dependency, and names both features', () => {
    const tree = {
      ...TYPING,
      'mail/feature.json': { name: 'mail', summary: 'x' },
      'mail/files/package.json': { dependencies: { zod: '^3.0.0' } },
    };
    expect(() => plan(tree, { features: ['typing', 'mail'] })).toThrow(
      /dependencies\.zod in typing and "\^3\.0\.0" in mail/,
    );
  });

  it('prints slots in the order of their imports, else of the features', () => {
    const made = plan({
      'base/feature.json': {
        name: 'base',
        summary: 'x',
        slots: { imports: [{ from: './b.ts' }, { from: './a.ts' }], texts: ['z', 'a'] },
      },
      'base/files/a.txt.ejs':
        '<%- slots.imports.map((entry) => code(entry.from)) %> <%- line(slots.texts.join()) %>',
    });
    expect(textOf(made, 'a.txt')).toBe('./a.ts,./b.ts z,a');
  });

  it('P6 gives the same bytes for the same answers', () => {
    const templates = features(TYPING);
    const answers = { ...ANSWERS, features: ['typing'] };
    const first = planProject(answers, templates);
    first.files.forEach(({ bytes }) => bytes.fill(0));
    expect(planProject(answers, templates)).toEqual(plan(TYPING, { features: ['typing'] }));
  });

  it.each<[string, Partial<PlanAnswers>]>([
    ['A48', { description: 'a\nb' }],
    ['A53', { author: 'a\0b' }],
    ['A42', { port: 0 }],
    ['A56', { databaseUri: 'mongodb://a/b\n' }],
    ['A05', { packageName: 'MyApp' }],
    ['A43', { packageManager: 'pnmp' }],
    ['A43', { features: ['tiping'] }],
  ])('%s refuses %j', (_, answers) => {
    expect(() => plan({}, answers)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('the texts of a user', () => {
  const templates = features({
    ...BASE,
    'base/files/package.json.ejs':
      '{ "description": <%- json(answers.description) %>, "author": <%- json(answers.author) %> }',
    'base/files/README.md.ejs':
      '# <%- md(answers.packageName) %>\n\n<%- md(answers.description) %>\n',
    'base/files/.env.ejs': 'PORT=<%- env(answers.port) %>\nURI=<%- env(answers.databaseUri) %>\n',
  });

  it('P1 A47 A50 A51 come back from every format as they were given', () => {
    const ports = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(hostileLine, hostileLine, ports, (description, author, port) => {
        const databaseUri = `mongodb://${encodeURIComponent(description)}:x@host/chat?appName=$a#'`;
        const answers = { ...ANSWERS, description, author, port, databaseUri, secrets: SECRETS };
        const made = planProject(answers, templates);
        expect(JSON.parse(textOf(made, 'package.json'))).toEqual({ description, author });
        expect(parseEnv(textOf(made, '.env'))).toEqual({ PORT: String(port), URI: databaseUri });
        expect(shownBlocks(textOf(made, 'README.md'))[1] ?? '').toBe(description);
        expect(JSON.parse(textOf(made, '.chat-backend.json'))).toMatchObject({
          answers: { description, author, port },
        });
        expect(textOf(made, '.chat-backend.json')).not.toContain('mongodb:');
      }),
      { numRuns: 300 },
    );
  });
});
