import ejs from 'ejs';
import { encoders } from './encoders.ts';
import type { TemplateFile } from '../templates/template-files.ts';

/** Prints a host with what it may name: answers, slots, secrets and the encoders. */
export type PrintHost = (locals: Readonly<Record<string, unknown>>) => string;

/** Makes a function of a host. The published package has it made already: scripts/bundle.js. */
export function compileHost(file: TemplateFile): PrintHost {
  return ejs.compile(file.bytes.toString(), { ...HOST_SETTINGS, filename: file.path });
}

/** How EJS reads a host. */
export const HOST_SETTINGS = {
  strict: true,
  destructuredLocals: ['answers', 'slots', 'secrets', ...Object.keys(encoders)],
  // Files are not HTML: each value passes an encoder of its own.
  escape: String,
};
