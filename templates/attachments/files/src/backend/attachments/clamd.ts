/**
 * Whether clamd finds something in these bytes.
 *
 * @throws AppError `unavailable` where it does not say so in `attachmentLimits.scanMs`
 */
export async function scan(source: AsyncIterable<Uint8Array>, address: string): Promise<boolean> {
  void [source, address];
  throw new Error('not yet');
}
