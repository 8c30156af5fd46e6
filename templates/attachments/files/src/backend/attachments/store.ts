/** What a client said of the bytes that it puts; the store takes no others. */
export interface StoredObject {
  /** Where they lie: 32 hexadecimal digits, of which nobody can guess others. */
  readonly key: string;
  /** The media type, one of those that this project takes. */
  readonly type: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What a client asks to put its bytes: `fetch(url, { method: 'PUT', headers, body })`. */
export interface PutRequest {
  /** Absolute, or a path of this backend. */
  readonly url: string;
  /** Without those that every client sets itself, such as `content-length`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where the bytes of uploads lie. What does not answer in `attachmentLimits.storeMs` is `unavailable`. */
export interface Store {
  /** A signed request that takes exactly these bytes, once, until it expires. */
  put(object: StoredObject, expiresAt: Date): PutRequest;
  /** How many bytes are there; null for none. @throws AppError `unavailable` */
  head(key: string): Promise<number | null>;
  /** Their first `startBytes`, or all where there are fewer. @throws AppError `not-found`, `unavailable` */
  start(key: string): Promise<Uint8Array>;
  /** All of them, one piece after the other. @throws AppError `not-found`, `unavailable` */
  read(key: string): AsyncIterable<Uint8Array>;
  /** A signed address that hands them out under this name until it expires. */
  url(object: StoredObject & { readonly name: string }, expiresAt: Date): string;
  /** Removes them; what is not there is removed. @throws AppError `unavailable` */
  remove(key: string): Promise<void>;
  /** Removes what is left of puts that were not finished and began before; where a store needs it. */
  tidy?(before: Date): Promise<void>;
  /** Tries whether it keeps to all this. @throws StartError for what its owner has to change */
  check(): Promise<void>;
}
