import { join, relative, sep } from 'node:path';
import { textOf, workspaceAbove } from './workspace.ts';

/** What the installation of a workspace above does with the project, and how to join or to stay apart. */
export function workspaceNotes(root: string): readonly string[] {
  const above = workspaceAbove(root);
  if (above === undefined) return [];
  const { file, patterns } = membersOf(above);
  const path = relative(above, root).split(sep).join('/');
  const manager = managerOf(above);
  const install = `${manager} install in ${above}`;
  if (!isMember(path, patterns))
    return [
      `${install} leaves ${path} alone; to join, add "${path}" to the workspaces in ${file} and remove node_modules and the lockfile of the project`,
    ];
  const apart =
    manager === 'yarn' || manager === 'bun'
      ? 'move it to where none of these patterns matches'
      : `add "!${path}" to them`;
  return [
    `${install} takes ${path} for a part of it, by the workspaces in ${file}; to join, remove node_modules and the lockfile of the project; to stay apart, ${apart}`,
  ];
}

function membersOf(above: string): {
  readonly file: string;
  readonly patterns: readonly string[];
} {
  const own = join(above, 'pnpm-workspace.yaml');
  const yaml = textOf(own);
  if (yaml !== undefined) return { file: own, patterns: patternsOfYaml(yaml) };
  const file = join(above, 'package.json');
  return { file, patterns: patternsOfManifest(textOf(file) ?? '') };
}

function patternsOfManifest(text: string): readonly string[] {
  try {
    const { workspaces } = JSON.parse(text) as { readonly workspaces?: unknown };
    const found = Array.isArray(workspaces)
      ? workspaces
      : (workspaces as { readonly packages?: unknown } | undefined)?.packages;
    return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
  } catch {
    // A manifest that nobody can read makes no workspace.
    return [];
  }
}

// The list under `packages:`, which is all that matters here.
function patternsOfYaml(text: string): readonly string[] {
  const list = /^packages:[^\n]*\n((?:[ \t]*(?:#[^\n]*|-[^\n]*)?(?:\n|$))*)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^[ \t]*-[ \t]*["']?([^"'#\n]+?)["']?[ \t]*$/gm)].map(
    (found) => found[1]!,
  );
}

function managerOf(above: string): string {
  if (textOf(join(above, 'pnpm-workspace.yaml')) !== undefined) return 'pnpm';
  const manifest = textOf(join(above, 'package.json')) ?? '';
  const pinned = /"packageManager"\s*:\s*"(npm|pnpm|yarn|bun)@/.exec(manifest)?.[1];
  if (pinned !== undefined) return pinned;
  if (textOf(join(above, 'yarn.lock')) !== undefined) return 'yarn';
  return textOf(join(above, 'bun.lock')) === undefined ? 'npm' : 'bun';
}

/** Whether a folder is among those that patterns of a workspace name; the last that matches decides. */
export function isMember(path: string, patterns: readonly string[]): boolean {
  const last = patterns.findLast((pattern) => expressionOf(pattern).test(path));
  return last !== undefined && !last.startsWith('!');
}

function expressionOf(pattern: string): RegExp {
  const plain = pattern.replace(/^!/, '').replace(/^\.\//, '').replace(/\/$/, '');
  const source = plain.replaceAll(/\{([^}]*)\}|\*\*\/|\*\*|\*|\?|\W/g, (sign, names?: string) => {
    if (names !== undefined) return `(?:${names.split(',').join('|')})`;
    return PARTS[sign] ?? (sign === '/' ? sign : `\\${sign}`);
  });
  return new RegExp(`^${source}$`);
}

const PARTS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};
