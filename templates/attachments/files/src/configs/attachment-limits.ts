const second = 1_000;
const minute = 60 * second;
const mebibyte = 1_024 ** 2;

/** What bounds attachments. */
export const attachmentLimits = {
  nameMax: 255, // code units
  bytesMax: 25 * mebibyte, // of one file, which is repeated as a whole when its upload breaks
  perMessage: 10,
  userBytes: 1_024 * mebibyte, // all that one user has, pending ones too
  pendingPerUser: 20,
  megapixelsMax: 50, // what a small file may unpack to
  startBytes: 64 * 1_024, // what is read to know what a file is
  putMs: 15 * minute,
  downloadMs: minute, // what whoever lost a right may still fetch
  pendingMs: 60 * minute,
  readyMs: 24 * 60 * minute,
  storeMs: 10 * second, // what a store has for an answer
  scanMs: 30 * second,
} as const;
