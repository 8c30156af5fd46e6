/** The header that makes browsers save a file under a name. @see RFC 6266 @see RFC 8187 */
export function contentDisposition(name: string): string {
  void name;
  throw new Error('not yet');
}
