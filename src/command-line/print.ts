import type { CommandName, PrintingCommand } from './commands.ts';
import { completionScript } from './completion.ts';
import { CreateError } from '../errors.ts';
import type { Feature } from '../templates/features.ts';
import { helpPage } from './help.ts';
import type { Topic } from './help.ts';
import { choiceHint } from '../options/option-value.ts';
import { lifecycleSchema } from './lifecycle-schema.ts';
import { configFileSchema, resultSchema } from './schemas.ts';
import { shown } from '../lib/text.ts';

type Printer = (word: string, features: readonly Feature[], columns: number) => string;

const SCHEMAS: Readonly<Record<string, (features: readonly Feature[]) => object>> = {
  preset: configFileSchema,
  result: resultSchema,
  lifecycle: lifecycleSchema,
};

const PRINTERS: Readonly<Record<CommandName, Printer>> = {
  schema: (of, features) => `${JSON.stringify(SCHEMAS[of]?.(features), null, 2)}\n`,
  completion: completionScript,
  help: (topic, features, columns) => helpPage(topic as Topic, features, columns),
};

/** What a command prints. @throws CreateError USAGE for a word that is none of its choices. */
export function printOf(
  command: PrintingCommand & { readonly name: CommandName },
  word: string | undefined,
  features: readonly Feature[],
  columns: number,
): string {
  const { name, choices } = command;
  const wanted = word ?? command.default;
  if (wanted === undefined)
    throw new CreateError(
      'USAGE',
      `${name} needs one word more`,
      `Type: create-chat-backend ${name} ${choices.join('|')}`,
    );
  if (!choices.includes(wanted))
    throw new CreateError(
      'USAGE',
      `${name} cannot print ${shown(wanted)}`,
      choiceHint(wanted, choices),
    );
  return PRINTERS[name](wanted, features, columns);
}
