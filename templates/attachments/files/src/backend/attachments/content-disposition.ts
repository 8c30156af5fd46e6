/**
 * What no name of a file may hold: what is not shown, what turns the direction of what follows, ends
 * lines or separates folders. Joiners stay, since emoji are made with them.
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}/\\]/gu;

/** Names of folders themselves, and names that show nothing. */
const isNoName = (name: string): boolean => /^[.\p{White_Space}]*$/u.test(name);

/** All that is no `attr-char` of RFC 8187 §3.2.1; `encodeURIComponent` leaves these. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/**
 * The header that makes browsers save a file under a name. It has no plain `filename`, which all
 * browsers read in ways of their own.
 *
 * @see RFC 6266 §4
 * @see RFC 8187
 */
export function contentDisposition(name: string): string {
  const safe = name.replaceAll(unsafe, '_');
  return `attachment; filename*=UTF-8''${encode(isNoName(safe) ? 'file' : safe)}`;
}
