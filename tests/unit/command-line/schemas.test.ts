import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config-file/parse.ts';
import { lifecycleSchema } from '../../../src/command-line/lifecycle-schema.ts';
import { configFileSchema, resultSchema } from '../../../src/command-line/schemas.ts';
import { FEATURES, anyOptions } from '../../support/option-samples.ts';

const FOLDER = join(import.meta.dirname, '../../../schemas');

// Unknown words in a schema would be ignored elsewhere; here they are an error.
const ajv = new Ajv({ strict: true, allowUnionTypes: true });

describe.each([
  ['result', resultSchema()],
  ['lifecycle', lifecycleSchema()],
])('the schema of what is printed: %s', (of, schema) => {
  it('is the file that is published', async () => {
    expect(ajv.validateSchema(schema)).toBe(true);
    const file = join(FOLDER, `${of}.schema.json`);
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(file);
  });

  it('names neither features nor a secret, so that a new feature changes nothing', () => {
    const text = JSON.stringify(schema);
    for (const { name } of FEATURES.slice(1)) expect(text).not.toContain(`"${name}"`);
    expect(text).not.toContain('databaseUri');
  });
});

describe('the schema of config files', () => {
  const validate = ajv.compile(configFileSchema(FEATURES));

  it('takes every config file that we take', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const text = JSON.stringify({ $schema: './preset.schema.json', ...options });
        expect(parseConfigFile(text, 'a.json', '')).toEqual({ options, notes: [] });
        validate(JSON.parse(text));
        expect(validate.errors).toBe(null);
      }),
    );
  });

  it.each([
    { port: 0 },
    { port: 1.5 },
    { port: '3000' },
    { preset: 'huge' },
    { features: 'typing' },
    { features: ['tiping'] },
    { adapter: 'foo' },
    { git: 'no' },
    { description: 'x'.repeat(201) },
    { databaseUri: 'localhost' },
    { yes: true },
    { outputFunctionName: 'x' },
    null,
    [],
  ])('refuses %j', (preset) => {
    expect(validate(preset)).toBe(false);
  });
});
