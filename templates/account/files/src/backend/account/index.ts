import { accountRoutes } from '../../contract/account.ts';
import type { TrustedFeature } from '../feature.ts';
import { Erasure } from './erasure.ts';
import { Export } from './export.ts';

/** What is stored about a user, exported or erased. */
export const account: TrustedFeature = (context) => {
  const { api } = context;
  const erasure = new Erasure(context);
  const exports = new Export(context);

  api.route(accountRoutes.exportMe, async ({ query, caller }) => ({
    200: await exports.page(caller.userId, query.cursor),
  }));
  api.route(accountRoutes.eraseMe, async ({ body, caller, log }) => {
    await erasure.erase(caller, body.password, log);
    return { 204: null };
  });
  return {};
};
