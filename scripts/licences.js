import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(?:licen[cs]e|copying)(?:[.-]|$)/i;

/** The folder of the package that a file belongs to, or undefined for a file of ours. */
export function packageFolder(file) {
  return /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(file)?.[0];
}

/** The licence of every package that one of these files belongs to; the same text only once. */
export function licencesOf(files) {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = new Map();
  for (const { title, text } of [...folders].map(licenceOf)) {
    packages.set(text, [...(packages.get(text) ?? []), title]);
  }
  const parts = [...packages].map(([text, titles]) => `${titles.sort().join('\n')}\n\n${text}\n`);
  return ['create-chat-backend contains these packages.\n', ...parts.sort()].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => LICENCE_FILE.test(entry));
  if (file === undefined || !license) throw new Error(`${name} has no licence`);
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  return { title: `${name} ${version} (${license})`, text };
}
