import { RECORDED } from '../options/record.ts';
import { SCHEMA_VERSION } from '../terminal/json.ts';
import { PROJECT_COMMAND_NAMES } from './project-command-names.ts';
import {
  CODES,
  DRAFT,
  TEXT,
  TEXTS,
  TEXT_OR_NULL,
  answerSchemas,
  object,
  orNull,
  outcome,
} from './schemas.ts';
import type { Schema } from './schemas.ts';

/** The JSON schema of what the commands for a project print with `--json`. */
export function lifecycleSchema(): Schema {
  const state = object({ version: TEXT, answers: object(answerSchemas(RECORDED)) });
  return {
    $schema: DRAFT,
    title: 'What the commands of create-chat-backend for a project print with --json',
    description: 'What is not known is null or empty.',
    ...object({
      schemaVersion: { const: SCHEMA_VERSION },
      ok: { description: 'Everything that was asked for is done.', type: 'boolean' },
      command: { enum: PROJECT_COMMAND_NAMES },
      version: { description: 'Version of create-chat-backend.', ...TEXT },
      dryRun: { description: 'Nothing was written.', type: ['boolean', 'null'] },
      path: { description: 'Where the project is, absolute.', ...TEXT_OR_NULL },
      packageName: TEXT_OR_NULL,
      from: orNull(state),
      to: orNull(state),
      changes: { type: 'array', items: CHANGE },
      findings: { type: 'array', items: FINDING },
      notices: { type: 'array', items: object({ version: TEXT, when: TEXT, text: TEXT }) },
      install: orNull(outcome({ command: TEXT })),
      nextSteps: { description: 'Commands for the user, in their order.', ...TEXTS },
      warnings: TEXTS,
      error: orNull(object({ code: { enum: CODES }, message: TEXT, hint: TEXT })),
    }),
  };
}

const CHANGE = object({
  path: { description: 'Relative to the project, with forward slashes.', ...TEXT },
  from: { description: 'Where it was, when that is another place.', ...TEXT_OR_NULL },
  action: {
    enum: 'create replace merge delete keep conflict edited deleted moved'.split(' '),
  },
  conflicts: { description: 'Places left to the owner.', type: 'integer', minimum: 0 },
  reason: TEXT_OR_NULL,
  diff: { description: 'A unified diff, where it was asked for.', ...TEXT_OR_NULL },
});

const FINDING = object({
  id: TEXT,
  level: { enum: ['error', 'warning', 'note'] },
  message: TEXT,
  mend: { description: 'What to type.', ...TEXT_OR_NULL },
});
