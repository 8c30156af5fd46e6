import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * What the server of `npm run dev` gets: the variables of `.env` as it is now, and over them those of
 * the shell. @throws Error in one line when the file cannot be read
 */
export function readEnvironment(file: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...readFile(file), ...process.env };
  environment['NODE_ENV'] = 'development';
  // One developer with many tabs is not a crowd.
  environment['RATE_LIMIT_FACTOR'] ||= '10';
  return environment;
}

function readFile(file: string): NodeJS.ProcessEnv {
  if (!existsSync(file)) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`.env cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
