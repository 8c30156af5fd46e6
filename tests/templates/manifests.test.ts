import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../src/templates/manifest.ts';
import { optionOf } from '../../src/options/options.ts';
import { TEMPLATES } from '../../src/package.ts';

type Properties = { readonly properties: Readonly<Record<string, Record<string, never>>> };
type Schema = Properties & { readonly definitions: { readonly slots: Properties } };

const schema = read('feature.schema.json') as Schema;
const validate = new Ajv({ allErrors: true }).compile(schema);
const names = readdirSync(TEMPLATES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(TEMPLATES, path), 'utf8'));
}

describe('the schema of manifests', () => {
  it.each(names)('fits the manifest of %s', (name) => {
    validate(read(`${name}/feature.json`));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('knows every preset and every policy', () => {
    expect(schema.properties).toMatchObject({
      presets: { items: { enum: optionOf('preset').choices } },
      policies: { additionalProperties: { enum: POLICIES } },
    });
  });

  it('knows the slots that hosts print, and no others', () => {
    const hosts = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ejs'))
      .map((path) => readFileSync(join(TEMPLATES, path), 'utf8'));
    const printed = [...hosts.join('').matchAll(/\bslots\.(\w+)/g)].map(
      ([, slot]) => slot as string,
    );
    expect(Object.keys(schema.definitions.slots.properties).sort()).toEqual(
      [...new Set(printed)].sort(),
    );
  });
});
