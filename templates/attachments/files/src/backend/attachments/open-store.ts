import { toS3Settings } from '../../configs/variables/attachments.ts';
import { Seal } from '../../platform/security/data-keys.ts';
import type { FeatureContext } from '../feature.ts';
import { DiskStore } from './disk-store.ts';
import { mountFiles } from './file-routes.ts';
import { S3Store } from './s3-store.ts';
import { UrlSigner } from './signed-url.ts';
import type { Store } from './store.ts';

/** The store that the environment names. */
export function openStore({
  clock,
  env,
  streams,
}: Pick<FeatureContext, 'clock' | 'env' | 'streams'>): Store {
  if (env.ATTACHMENT_STORE === 's3') return new S3Store({ settings: toS3Settings(env), clock });
  const own = env.ATTACHMENT_URL_KEY && [{ kid: 'addresses', secret: env.ATTACHMENT_URL_KEY }];
  const signer = new UrlSigner(new Seal(own || env.DATA_KEYS, 'addresses-of-files'));
  const store = new DiskStore(env.ATTACHMENT_DIR, signer);
  mountFiles({ streams, clock, store, signer });
  return store;
}
