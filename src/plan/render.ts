import { compileHost } from './compile-host.ts';
import type { PrintHost } from './compile-host.ts';
import { reportingDamage } from '../templates/damaged-installation.ts';
import { encoders } from './encoders.ts';
import type { SlotEntry } from '../templates/manifest.ts';
import type { TemplateFile } from '../templates/template-files.ts';

/** What a host may name, besides the encoders. */
export interface RenderContext {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly slots: Readonly<Record<string, readonly SlotEntry[]>>;
  readonly secrets: Readonly<Record<string, string>>;
}

const compiled = new WeakMap<TemplateFile, PrintHost>();

/**
 * Renders a host; a name it does not know is an error, never an empty place.
 * @throws CreateError DAMAGED with file and line.
 */
export function renderHost(file: TemplateFile, context: RenderContext): string {
  return reportingDamage(file.source, () => {
    const print = compiled.get(file) ?? compileHost(file);
    compiled.set(file, print);
    return print({
      answers: guarded('answers', context.answers),
      slots: guarded('slots', context.slots),
      secrets: guarded('secrets', context.secrets),
      ...encoders,
    });
  });
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
