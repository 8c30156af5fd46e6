import type { S3Settings } from '../../configs/variables/attachments.ts';
import type { Clock } from '../../platform/lib/time.ts';
import type { PutRequest, Store, StoredObject } from './store.ts';

/** Keeps uploads in a bucket. */
export class S3Store implements Store {
  constructor(given: { readonly settings: S3Settings; readonly clock: Clock }) {
    void given;
    throw new Error('not yet');
  }

  put(_object: StoredObject, _expiresAt: Date): PutRequest {
    throw new Error('not yet');
  }

  async head(_key: string): Promise<number | null> {
    throw new Error('not yet');
  }

  async start(_key: string): Promise<Uint8Array> {
    throw new Error('not yet');
  }

  async *read(_key: string): AsyncIterable<Uint8Array> {
    throw new Error('not yet');
  }

  url(_object: StoredObject & { readonly name: string }, _expiresAt: Date): string {
    throw new Error('not yet');
  }

  async remove(_key: string): Promise<void> {
    throw new Error('not yet');
  }

  async check(): Promise<void> {
    throw new Error('not yet');
  }
}
