import { healthRoutes } from '../../contract/health.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Feature } from '../feature.ts';

const ok = { status: 'ok' } as const;
const degraded = { status: 'degraded' } as const;

/** Says whether the process lives, and whether it should get traffic. */
export const health: Feature = ({ api, readiness }) => {
  api.route(healthRoutes.livez, async () => ({ 200: ok }));
  api.route(healthRoutes.readyz, async () => {
    if (readiness.draining) throw notReady('This node is shutting down.');
    if (!(await readiness.databaseAnswers())) throw notReady('The database does not answer.');
    // Still 200: without this node the others would have even more to do.
    return { 200: readiness.overloaded ? degraded : ok };
  });
  return {};
};

const notReady = (detail: string): AppError =>
  new AppError('unavailable', { detail, retryAfterMs: 1_000 });
