import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  readonly version: string;
};

/** Version of this package. */
export const VERSION = manifest.version;

/** Where the templates of this package are. */
export const TEMPLATES = join(import.meta.dirname, '../templates');
