import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Version of this package. */
export const VERSION = manifest.version;

/** Where the templates of this package are. */
export const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));
