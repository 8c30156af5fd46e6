import { parseEnv } from 'node:util';

/**
 * The lines to append to an environment file of the owner's: variables that only the target brings.
 * What the base had already was removed on purpose; what is there stays, whatever it says.
 * @param base - undefined where nobody knows what the owner started from.
 */
export function missingVariables(
  yours: string,
  base: string | undefined,
  target: string,
): readonly string[] {
  const known = new Set([...Object.keys(parseEnv(yours)), ...Object.keys(parseEnv(base ?? ''))]);
  return target.split('\n').filter((line) => {
    const [name] = Object.keys(parseEnv(line));
    return name !== undefined && !known.has(name);
  });
}

/**
 * The variables whose example the target changes and whose value of the owner's stays behind: the port
 * of a project that was set to another one.
 */
export function staleVariables(yours: string, base: string, target: string): readonly string[] {
  const [own, before, now] = [yours, base, target].map((text) => parseEnv(text));
  return Object.entries(now ?? {}).flatMap(([name, value]) => {
    const isChanged = before?.[name] !== undefined && before[name] !== value;
    return isChanged && own?.[name] !== undefined && own[name] !== value ? [name] : [];
  });
}
