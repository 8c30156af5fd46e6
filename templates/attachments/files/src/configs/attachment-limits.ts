const second = 1_000;
const minute = 60 * second;
const mebibyte = 1_024 ** 2;

/** What bounds attachments. */
export const attachmentLimits = {
  nameCharacters: 255, // code points
  typeCharacters: 127, // RFC 4288 section 4.2, and what nobody needs
  fileBytes: 25 * mebibyte, // a file whose upload breaks is sent again as a whole
  perMessage: 10,
  userBytes: 1_024 * mebibyte, // all files of a user, also those that are not there yet
  userFiles: 20_000, // which are counted whenever another one begins
  pendingPerUser: 20,
  megapixelsMax: 50, // what a small file may unpack to
  startBytes: 256 * 1_024, // read to know what a file is; photos have previews before their size
  putMs: 15 * minute, // from the creation of an upload
  downloadMs: minute, // what whoever has lost a right may still fetch
  pendingMs: 60 * minute,
  readyMs: 24 * 60 * minute,
  claimMs: 30 * second, // from a claim until its message is stored or never will be
  sweepMs: minute,
  storeMs: 5 * second, // what a store has for an answer; whoever waits for two waits ten
  scanMs: 25 * second, // below http.idleMs, after which nobody hears of it
} as const;
