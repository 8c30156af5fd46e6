import { createHash } from 'node:crypto';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { choosableFeatures, loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { databaseUriProblem } from '../../src/options/values.ts';
import { hostileLine } from '../support/hostile-text.ts';
import { shownBlocks } from '../support/markdown.ts';
import { ANSWERS, textOf } from '../support/templates.ts';

const features = choosableFeatures(loadFeatures(TEMPLATES)).map(({ name }) => name);
const secrets = { accessTokenKeys: 'k1:aaa', refreshTokenKey: 'bbb', dataKeys: 'k1:ccc' };

/** The first whose pattern fits the path; other files are text. */
const PARSERS: readonly (readonly [RegExp, (text: string, path: string) => unknown])[] = [
  [/(?:^|\/)(?:tsconfig[^/]*|\.oxlintrc)\.json$/, parseWithComments],
  [/\.json$/, (text) => JSON.parse(text)],
  [
    /\.jsonl$/,
    (text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
  ],
  [/\.ya?ml$/, (text) => parseYaml(text)],
  [/(?:^|\/)\.env(?:\.\w+)?$/, (text) => parseEnv(text)],
  [/\.[cm]?[jt]s$/, parseCode],
];

function parseWithComments(text: string, path: string): void {
  expect(ts.parseConfigFileTextToJson(path, text).error).toBeUndefined();
}

function parseCode(text: string, path: string): void {
  const options = { module: ts.ModuleKind.NodeNext, allowJs: true };
  const found = ts.transpileModule(text, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: options,
  });
  expect(found.diagnostics).toEqual([]);
}

describe('every rendered file', () => {
  it('P1 parses, and gives back the name, texts, connection string and port', () => {
    // A file that is as before was parsed before.
    const parsed = new Set<string>();
    const part = hostileLine.map(encodeURIComponent);
    const texts = fc.record({
      packageName: fc.constantFrom('my-app', '@team/chat', 'x.y-z', 'a~b', '0-1'),
      description: hostileLine,
      author: hostileLine,
      port: fc.integer({ min: 1, max: 65_535 }),
      databaseUri: fc
        .tuple(part, hostileLine, part)
        .map(([user, password, app]) => `mongodb://${user}:${password}@host/chat?appName=${app}`)
        .filter((uri) => databaseUriProblem(uri) === undefined),
    });
    fc.assert(
      fc.property(texts, (given) => {
        const made = planProject({ ...ANSWERS, ...given, features, secrets });
        for (const { path, bytes } of made.files) {
          const hash = createHash('sha256').update(path).update(bytes).digest('hex');
          if (parsed.has(hash)) continue;
          parsed.add(hash);
          PARSERS.find(([pattern]) => pattern.test(path))?.[1](bytes.toString(), path);
        }
        const { packageName: name, description, author, port, databaseUri } = given;
        const manifest: unknown = JSON.parse(textOf(made, 'package.json'));
        expect(manifest).toMatchObject({ name, description, author });
        const environment = parseEnv(textOf(made, '.env'));
        expect(environment).toMatchObject({ MONGODB_URI: databaseUri, PORT: String(port) });
        const top = textOf(made, 'README.md').split('\n').slice(0, 4).join('\n');
        expect(shownBlocks(top)).toEqual([name, description].filter((text) => text !== ''));
      }),
      { numRuns: 1000 },
    );
    expect(parsed.size).toBeGreaterThan(1000);
  });
});
