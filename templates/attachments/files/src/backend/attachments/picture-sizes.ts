/** The size of a picture in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Reads a size from the bytes of a picture; undefined where they do not hold it. */
export type ReadSize = (bytes: Buffer) => Size | undefined;

/** What lies between two offsets, as text of one byte a sign; shorter where the bytes end before. */
export const textAt = (bytes: Buffer, from: number, length: number): string =>
  bytes.toString('latin1', from, from + length);

/** @see https://www.w3.org/TR/png-3/#11IHDR which is the first chunk */
export const pngSize: ReadSize = (bytes) =>
  bytes.length >= 24 && textAt(bytes, 12, 4) === 'IHDR'
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : undefined;

/** Segments that have no length: TEM, RST0 to RST7 and SOI. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** SOF0 to SOF15; DHT, JPG and DAC lie between them. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Goes from segment to segment to the first frame. @see ITU-T T.81, B.1.1 and B.2.2 */
export const jpegSize: ReadSize = (bytes) => {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (isFrame(marker))
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    if (marker === 0xd9 || marker === 0xda) return undefined; // no frame before the scan
    if (marker === 0xff)
      at += 1; // a byte that fills
    else if (isBare(marker)) at += 2;
    else at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return undefined;
};

/** The bytes of a table of colours, which the lowest bits of its flags announce. */
const coloursAfter = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/**
 * The screen, or the first picture where that is larger, since browsers then take its size.
 *
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt sections 18, 20 and 15
 */
export const gifSize: ReadSize = (bytes) => {
  if (bytes.length < 13) return undefined;
  let at = 13 + coloursAfter(bytes.readUInt8(10));
  while (bytes[at] === 0x21) {
    at += 2; // an extension: its kind, then blocks of a length each, the last one empty
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
  }
  if (bytes[at] !== 0x2c || at + 9 > bytes.length) return undefined;
  return {
    width: Math.max(bytes.readUInt16LE(6), bytes.readUInt16LE(at + 1) + bytes.readUInt16LE(at + 5)),
    height: Math.max(
      bytes.readUInt16LE(8),
      bytes.readUInt16LE(at + 3) + bytes.readUInt16LE(at + 7),
    ),
  };
};

/** @see RFC 9649 §2.5 to §2.7, and RFC 6386 §9.1 for the frame of VP8 */
export const webpSize: ReadSize = (bytes) => {
  if (bytes.length < 30) return undefined;
  const kind = textAt(bytes, 12, 4);
  if (kind === 'VP8X')
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (kind === 'VP8L' && bytes[20] === 0x2f) {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind === 'VP8 ' && textAt(bytes, 23, 3) === '\u009d\u0001\u002a')
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  return undefined;
};
