/**
 * A new id of a message: a UUID of version 7 (RFC 9562, section 5.7). It begins with the time, so that
 * the server finds new messages beside each other in its index.
 */
export function newMessageId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = crypto.getRandomValues(new Uint8Array(10));
  random[0] = 0x70 | ((random[0] as number) % 16); // the version
  random[2] = 0x80 | ((random[2] as number) % 64); // the variant
  const rest = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${time}${rest}`.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
