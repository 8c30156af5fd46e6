import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  readonly name: string;
  readonly version: string;
};

/** Name of this package, and of its command. */
export const NAME = manifest.name;

/** Version of this package. */
export const VERSION = manifest.version;

/** Where the templates of this package are. */
export const TEMPLATES = join(import.meta.dirname, '../templates');
