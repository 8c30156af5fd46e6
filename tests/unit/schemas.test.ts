import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePreset } from '../../src/preset.ts';
import { presetSchema, resultSchema } from '../../src/schemas.ts';
import { FEATURES, anyOptions } from '../support/option-samples.ts';

const FILE = join(import.meta.dirname, '../../schemas/result.schema.json');

// Unknown words in a schema would be ignored elsewhere; here they are an error.
const ajv = new Ajv({ strict: true, allowUnionTypes: true });

describe('the schema of results', () => {
  it('is the file that is published', async () => {
    expect(ajv.validateSchema(resultSchema())).toBe(true);
    await expect(`${JSON.stringify(resultSchema(), null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  it('names neither features nor a secret, so that a new feature changes nothing', () => {
    const text = JSON.stringify(resultSchema());
    for (const { name } of FEATURES.slice(1)) expect(text).not.toContain(`"${name}"`);
    expect(text).not.toContain('databaseUri');
  });
});

describe('the schema of preset files', () => {
  const validate = ajv.compile(presetSchema(FEATURES));

  it('takes every preset file that we take', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const text = JSON.stringify({ $schema: './preset.schema.json', ...options });
        expect(parsePreset(text, 'a.json')).toEqual(options);
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
