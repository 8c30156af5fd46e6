import { builtinModules } from 'node:module';
import { visible } from '../lib/text.ts';

const LONGEST = 214; // the registry's own limit
const RESERVED = new Set(['node_modules', 'favicon.ico']);
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/** What is wrong with a package name, as the end of the sentence "the name …", or undefined. */
export function packageNameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'is empty';
  const scoped = /^@([^/]+)\/([^/]+)$/.exec(name);
  if (scoped) return partProblem(scoped[1]!) ?? partProblem(scoped[2]!) ?? lengthProblem(name);
  return (
    lengthProblem(name) ??
    partProblem(name) ??
    (builtinModules.includes(name) ? 'is a core module of Node' : undefined)
  );
}

/** The package name that a directory gives: its own in lower case, where nothing else is wrong with it. */
export function packageNameOf(directoryName: string): string {
  const lower = directoryName.toLowerCase();
  return packageNameProblem(lower) === undefined ? lower : directoryName;
}

/** A package name as near as possible to the given text, or undefined when nothing is left of it. */
export function suggestPackageName(text: string): string | undefined {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const name = plain
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[-._]+|[-.]+$/g, '')
    .slice(0, LONGEST);
  if (name === '') return undefined;
  if (packageNameProblem(name) === undefined) return name;
  return packageNameProblem(`${name}-chat`) === undefined ? `${name}-chat` : undefined;
}

/** What makes a directory's name unusable on some system, or undefined: the name's end and Windows devices. */
export function directoryNameProblem(name: string): string | undefined {
  if (/[. ]$/.test(name)) return 'ends in a dot or a space, which Windows drops';
  if (/[<>:"|?*\\]/.test(name)) return 'has a character that Windows does not allow';
  if (WINDOWS_DEVICE.test(name.toLowerCase())) return 'is the name of a Windows device';
  return undefined;
}

function lengthProblem(name: string): string | undefined {
  return name.length > LONGEST
    ? `has ${name.length} characters, ${LONGEST} are allowed`
    : undefined;
}

function partProblem(part: string): string | undefined {
  if (/^[._-]/.test(part)) return `begins with "${part[0]}"`;
  if (/[A-Z]/.test(part)) return 'has an upper-case letter';
  const odd = /[^a-z0-9._~-]/u.exec(part)?.[0];
  if (odd !== undefined) return `has the character ${named(odd)}, which a URL cannot carry`;
  if (RESERVED.has(part)) return 'is reserved';
  return directoryNameProblem(part);
}

// Letters of other alphabets look like ours: only the number tells.
function named(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x80
    ? visible(character)
    : `${visible(character)} (U+${code.toString(16).toUpperCase().padStart(4, '0')})`;
}
