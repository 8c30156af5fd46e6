import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config-file/parse.ts';
import { resolveAnswers } from '../../../src/options/answers.ts';
import { RECORD_FILE } from '../../../src/options/record.ts';
import { VERSION } from '../../../src/package.ts';
import { planProject } from '../../../src/plan/plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { templatesDigest } from '../../../src/templates/digest.ts';
import { hostileLine } from '../../support/hostile-text.ts';
import { FEATURES } from '../../support/option-samples.ts';
import { ANSWERS, features, plan, textOf } from '../../support/templates.ts';

const SECRETS = { accessTokenKeys: 'k1:aaa', refreshTokenKey: 'very-secret', dataKeys: 'k1:bbb' };

const TREE = {
  'redis/feature.json': { name: 'redis', summary: 'x', adapter: true },
  'receipts/feature.json': { name: 'receipts', summary: 'x' },
  'typing/feature.json': { name: 'typing', summary: 'x', requires: ['receipts'] },
  'base/files/.env.ejs': 'KEY=<%- env(secrets.refreshTokenKey) %>\n',
};

function recordOf(made: Plan): { readonly answers: object } {
  return JSON.parse(textOf(made, RECORD_FILE)) as ReturnType<typeof recordOf>;
}

function fingerprint({ files }: Plan): readonly string[] {
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  return files.map(({ path, mode, bytes }) => `${path} ${mode} ${hash(bytes)}`);
}

describe('the record of a project', () => {
  it('says how the project was made, one feature a line', () => {
    const made = plan(TREE, { features: ['typing', 'redis'], author: 'Ada' });
    expect(textOf(made, RECORD_FILE)).toBe(`{
  "generator": "create-chat-backend",
  "version": "${VERSION}",
  "templates": "${templatesDigest(features(TREE))}",
  "answers": {
    "packageName": "my-app",
    "description": "A real-time chat backend",
    "author": "Ada",
    "port": 3000,
    "packageManager": "npm",
    "adapter": "redis",
    "features": [
      "receipts",
      "typing"
    ]
  }
}
`);
  });

  it('is the same in whatever order features are named', () => {
    const [some, others] = [
      ['typing', 'receipts'],
      ['receipts', 'typing'],
    ].map((names) => textOf(plan(TREE, { features: names }), RECORD_FILE));
    expect(some).toBe(others);
  });

  it('A57 holds no secret', () => {
    const secrets = { secrets: SECRETS, databaseUri: 'mongodb://ada:hunter2@host/chat' };
    const made = plan(TREE, secrets);
    for (const { path, bytes } of made.files)
      if (path !== '.env') expect(bytes.toString(), path).not.toMatch(/hunter2|very-secret/);
    expect(textOf(made, RECORD_FILE)).toBe(textOf(plan(TREE), RECORD_FILE));
  });

  it('is enough to make the same files again, whatever the answers are', () => {
    const choosable = FEATURES.slice(1).filter(({ adapter }) => !adapter);
    const answers = fc.record({
      description: hostileLine,
      author: hostileLine,
      port: fc.integer({ min: 1, max: 65_535 }),
      packageManager: fc.constantFrom('npm', 'pnpm', 'yarn', 'bun'),
      features: fc
        .tuple(
          fc.subarray(choosable.map(({ name }) => name)),
          fc.constantFrom<readonly string[]>([], ['redis'], ['mongo']),
        )
        .map(([some, adapter]) => [...some, ...adapter]),
    });
    fc.assert(
      fc.property(answers, (some) => {
        const made = planProject({ ...ANSWERS, ...some });
        const text = textOf(made, RECORD_FILE);
        const { options, notes } = parseConfigFile(text, RECORD_FILE, templatesDigest(FEATURES));
        expect(notes).toEqual([]);
        expect(recordOf(made).answers).toEqual(options);
        const given = { ...options, directory: 'elsewhere' };
        const { adapter, features: names, ...rest } = resolveAnswers(given, 'elsewhere', FEATURES);
        const brought = adapter === 'none' ? names : [...names, adapter];
        expect(fingerprint(planProject({ ...rest, features: brought }))).toEqual(fingerprint(made));
      }),
      { numRuns: 30 },
    );
  });
});
