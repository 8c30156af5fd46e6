import { EXIT_CODES } from '../errors.ts';
import { adapterNames, choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { SHARED_OPTIONS } from '../options/options.ts';
import type { OptionRow } from '../options/option-row.ts';
import { SCHEMA_VERSION } from '../terminal/json.ts';

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** The JSON schema of a config file, for editors and pipelines. */
export function configFileSchema(features: readonly Feature[]): Schema {
  const properties = SHARED_OPTIONS.map((option) => [
    option.key,
    {
      description: option.help,
      ...valueSchema(option, features),
      ...(option.default !== undefined && !option.secret && { default: option.default }),
    },
  ]);
  return {
    $schema: DRAFT,
    title: 'Preset file of create-chat-backend',
    description: 'Options for create-chat-backend --config <file>.',
    type: 'object',
    properties: { $schema: TEXT, ...Object.fromEntries(properties) },
    additionalProperties: false,
  };
}

/** The JSON schema of what `--json` prints; it names no feature, so that a new one changes nothing. */
export function resultSchema(): Schema {
  return {
    $schema: DRAFT,
    title: 'What create-chat-backend --json prints',
    description: 'What is not known is null or empty.',
    ...object({
      schemaVersion: { const: SCHEMA_VERSION },
      ok: { description: 'Everything that was asked for is done.', type: 'boolean' },
      command: { const: 'create' },
      version: { description: 'Version of create-chat-backend.', ...TEXT },
      dryRun: { description: 'Nothing was written.', type: ['boolean', 'null'] },
      path: { description: 'Where the project is, absolute.', ...TEXT_OR_NULL },
      packageName: TEXT_OR_NULL,
      answers: orNull(object(answerSchemas())),
      files: { type: 'array', items: FILE },
      install: orNull(outcome({ command: TEXT })),
      git: orNull(GIT),
      verify: orNull(outcome({ command: TEXT_OR_NULL })),
      replay: { description: 'The command that makes the same project again.', ...TEXT_OR_NULL },
      nextSteps: { description: 'Commands for the user, in their order.', ...TEXTS },
      warnings: TEXTS,
      error: orNull(object({ code: { enum: CODES }, message: TEXT, hint: TEXT })),
    }),
  };
}

export const DRAFT = 'http://json-schema.org/draft-07/schema#';
export const TEXT = { type: 'string' };
export const TEXT_OR_NULL = { type: ['string', 'null'] };
export const TEXTS = { type: 'array', items: TEXT };
export const CODES = Object.keys(EXIT_CODES).toSorted();

const FILE = object(
  {
    path: { description: 'Relative to the project, with forward slashes.', ...TEXT },
    bytes: { description: 'How much of it this run writes.', type: 'integer', minimum: 0 },
    action: { enum: ['create', 'overwrite', 'append', 'keep'] },
  },
  { backup: { description: 'Where the file that was there goes.', ...TEXT } },
);

const GIT = object(
  { status: { enum: ['committed', 'staged', 'skipped', 'failed'] }, commit: TEXT_OR_NULL },
  { reason: TEXT, output: TEXT, isInRepository: { type: 'boolean' } },
);

export function outcome(command: Schema): Schema {
  return object(
    {
      status: { enum: ['done', 'skipped', 'failed'] },
      ...command,
      code: { description: 'Exit code of the command.', type: ['integer', 'null'] },
    },
    { problem: TEXT, output: TEXT },
  );
}

export function object(required: Schema, optional: Schema = {}): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [{ type: 'null' }, schema] };
}

// The answers have the features, and neither the names they came by nor a secret.
export function answerSchemas(keys?: readonly string[]): Schema {
  const answered = SHARED_OPTIONS.filter(
    ({ key, secret }) => !secret && key !== 'preset' && key !== 'withoutFeatures',
  ).filter(({ key }) => keys === undefined || keys.includes(key));
  return Object.fromEntries(answered.map((option) => [option.key, valueSchema(option)]));
}

function valueSchema(option: OptionRow, features?: readonly Feature[]): Schema {
  const names = features && choosableFeatures(features).map((feature) => feature.name);
  const schemas: Readonly<Record<OptionRow['kind'], Schema>> = {
    text: TEXT,
    file: TEXT,
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    switch: { type: 'boolean' },
    choice: { enum: option.choices },
    list: { type: 'array', items: names ? { enum: names } : TEXT },
    adapter: features ? { enum: adapterNames(features) } : TEXT,
  };
  return { ...schemas[option.kind], ...option.schema };
}
