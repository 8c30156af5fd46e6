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
