import { join } from 'node:path';
import type { Environment } from '../lib/environment.ts';
import { textOf } from './workspace.ts';

// Where packages come from, how they are reached, and two that only make an installation stricter.
const TAKEN =
  /^(?:(?:@.+:)?registry|\/\/.+:[_a-z]+|cafile|strict-ssl|(?:https?-)?proxy|noproxy|fetch-.+|ignore-scripts|engine-strict)$/i;

/** Settings that a workspace above the project makes for all that is in it. */
export interface ParentSettings {
  /** The file that they are from. */
  readonly path: string;
  readonly names: readonly string[];
  /** As a package manager takes them from its environment. */
  readonly environment: Environment;
}

/**
 * Reads the `.npmrc` of a workspace, which package managers do not see when they are kept out of it.
 * What the project's own file or the environment sets is left out: these come first.
 */
export function readParentSettings(
  workspace: string,
  root: string,
  environment: Environment,
): ParentSettings {
  const path = join(workspace, '.npmrc');
  const own = settingsIn(textOf(join(root, '.npmrc')) ?? '');
  const given = new Set(Object.keys(environment).map((name) => name.toLowerCase()));
  const settings = [...settingsIn(textOf(path) ?? '')]
    .filter(([name]) => TAKEN.test(name) && !own.has(name))
    .map(([name, value]) => ({ name, variable: variableOf(name), value }))
    .filter(({ variable }) => !given.has(variable.toLowerCase()));
  return {
    path,
    names: settings.map(({ name }) => name),
    environment: Object.fromEntries(
      settings.map(({ variable, value }) => [variable, expand(value, environment)]),
    ),
  };
}

/** The names and values of a file of npm. */
export function settingsIn(text: string): ReadonlyMap<string, string> {
  const lines = text
    .split(/\r?\n/)
    .map((line) => /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line));
  return new Map(
    lines.flatMap((found) =>
      found === null ? [] : [[found[1]!, found[2]!.replace(/^(["'])(.*)\1$/, '$2')] as const],
    ),
  );
}

// npm takes `_` for `-` in these names, but not in those of hosts.
function variableOf(name: string): string {
  return `npm_config_${name.startsWith('//') ? name : name.replaceAll('-', '_')}`;
}

/** Replaces `${NAME}` as npm does, because a child has only some of the variables. */
function expand(value: string, environment: Environment): string {
  return value.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => environment[name] ?? whole);
}
