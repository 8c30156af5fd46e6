import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Reporter } from '../reporter.ts';
import { isText, textOf } from './text-form.ts';
import type { Format, TreeFile } from './types.ts';

/** What we use of the formatter that a project has. */
interface Prettier {
  readonly resolveConfig: (path: string) => Promise<object | null>;
  readonly getFileInfo: (path: string) => Promise<{ readonly inferredParser: string | null }>;
  readonly format: (text: string, options: object) => Promise<string>;
}

/**
 * Formats with the project's own prettier and settings. Nothing is loaded before a text comes; where
 * prettier is absent or throws, a text has no format.
 */
export function formatterOf(root: string, reporter: Reporter): Format {
  let prettier: Prettier | undefined;
  return async (path, text) => {
    try {
      prettier ??= createRequire(join(root, 'package.json'))('prettier') as Prettier;
      const file = join(root, path);
      const { inferredParser } = await prettier.getFileInfo(file);
      if (inferredParser === null) return undefined;
      return await prettier.format(text, {
        ...(await prettier.resolveConfig(file)),
        filepath: file,
      });
    } catch (error) {
      // What cannot be formatted is merged as it is.
      reporter.debug(`prettier has no form of ${path}: ${String(error)}`);
      return undefined;
    }
  };
}

/** A file as the project formats it; the same where it has no format for it. */
export async function formatted(
  path: string,
  file: TreeFile,
  format: Format | undefined,
): Promise<TreeFile> {
  const text = isText(file.bytes) ? await format?.(path, textOf(file.bytes)) : undefined;
  return text === undefined ? file : { bytes: Buffer.from(text), mode: file.mode };
}

/** A changed file, formatted where it was before: lines that grew may have to be broken elsewhere. */
export async function formattedAsBefore(
  path: string,
  before: TreeFile,
  after: TreeFile,
  format: Format | undefined,
): Promise<TreeFile> {
  if (before.bytes.equals(after.bytes)) return after;
  const same = await formatted(path, before, format);
  return same.bytes.equals(before.bytes) ? formatted(path, after, format) : after;
}
