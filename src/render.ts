import ejs from 'ejs';
import { encoders } from './encoders.ts';
import { damaged } from './features.ts';
import type { SlotEntry, TemplateFile } from './features.ts';

/** What a host may name. */
export interface RenderContext {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly slots: Readonly<Record<string, readonly SlotEntry[]>>;
  readonly secrets: Readonly<Record<string, string>>;
}

const NAMES = ['answers', 'slots', 'secrets', ...Object.keys(encoders)];

/**
 * Renders a host; a name it does not know is an error, never an empty place.
 * @throws CreateError DAMAGED with file and line.
 */
export function renderHost(file: TemplateFile, context: RenderContext): string {
  try {
    const print = ejs.compile(file.bytes.toString(), {
      strict: true,
      destructuredLocals: NAMES,
      // Files are not HTML: each value passes an encoder of its own.
      escape: String,
      filename: file.path,
    });
    return print({
      answers: guarded('answers', context.answers),
      slots: guarded('slots', context.slots),
      secrets: guarded('secrets', context.secrets),
      ...encoders,
    });
  } catch (error) {
    throw damaged(file.source, `cannot be rendered: ${(error as Error).message}`, error);
  }
}

/** EJS prints nothing for an undefined property; this throws instead. */
function guarded<Data extends object>(name: string, data: Data): Data {
  return new Proxy(data, {
    get(target, key) {
      if (typeof key === 'string' && !Object.hasOwn(target, key))
        throw new ReferenceError(`${name}.${key} is not defined`);
      return Reflect.get(target, key) as unknown;
    },
  });
}
