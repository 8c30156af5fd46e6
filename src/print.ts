import type { CommandName, PrintingCommand } from './commands.ts';
import { completionScript } from './completion.ts';
import { CreateError } from './errors.ts';
import type { Feature } from './features.ts';
import { choiceHint } from './option-value.ts';
import { presetSchema, resultSchema } from './schemas.ts';
import { shown } from './text.ts';

type Printer = (word: string, features: readonly Feature[]) => string;

const PRINTERS: Readonly<Record<CommandName, Printer>> = {
  schema: (of, features) =>
    `${JSON.stringify(of === 'result' ? resultSchema() : presetSchema(features), null, 2)}\n`,
  completion: completionScript,
};

/** What a command prints. @throws CreateError USAGE for a word that is none of its choices. */
export function printOf(
  command: PrintingCommand & { readonly name: CommandName },
  word: string | undefined,
  features: readonly Feature[],
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
  return PRINTERS[name](wanted, features);
}
