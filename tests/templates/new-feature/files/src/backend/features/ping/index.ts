import { pingRoutes } from '../../../contract/ping.ts';
import type { Feature } from '../../feature.ts';

/** Answers a ping. */
export const ping: Feature = ({ api, env }) => {
  api.route(pingRoutes.ping, async () => ({ 200: { answer: env.PING_ANSWER } }));
  return {};
};
