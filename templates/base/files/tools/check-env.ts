import { EnvironmentError, parseEnvironment } from '../src/configs/env.ts';

// `npm run check:env`, after `npm run build`: says everything that is wrong with the environment.
try {
  parseEnvironment(process.env);
  process.stdout.write('The environment is complete.\n');
} catch (error) {
  if (!(error instanceof EnvironmentError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(78);
}
