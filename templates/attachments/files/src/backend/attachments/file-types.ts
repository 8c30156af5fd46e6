import { attachmentLimits } from '../../configs/attachment-limits.ts';
import type { knownTypes } from '../../configs/variables/attachments.ts';
import { gifSize, jpegSize, pngSize, type ReadSize, textAt, webpSize } from './picture-sizes.ts';

/** What the start of a file shows: that it is no such file and why, or its size where it is a picture. */
export type Inspection =
  | { readonly problem: string }
  | { readonly problem?: never; readonly width?: number; readonly height?: number };

interface FileType {
  /** Whether a file begins as files of this type do; what follows may still be anything. */
  begins(bytes: Buffer): boolean;
  /** What is said where it does not, when its name does not say it all. */
  readonly problem?: string;
  readonly sizeOf?: ReadSize;
}

const startsWith =
  (text: string) =>
  (bytes: Buffer): boolean =>
    textAt(bytes, 0, text.length) === text;

/**
 * Brands of films and sound; those of still pictures (heic, avif) have the same form.
 *
 * @see ISO/IEC 14496-12 §4.3, and https://mp4ra.org/registered-types/brands
 */
const mp4Brand = /^(?:iso[m2-9]|mp4[12]|mp71|avc1|av01|dash|MSNV|mmp4|M4[AV] |M4V[HP]|3gp[4-7])$/;

/** `DocType` of four letters. @see RFC 8794 §11.2.9, which is in the header that begins the file */
const webmDocType = Buffer.from([0x42, 0x82, 0x84, ...Buffer.from('webm')]);
const webmHeaderBytes = 128;

/** A tag, or a frame of layer III whose rates are none that are reserved. @see ISO/IEC 11172-3 §2.4.1.3 */
const isMp3 = (bytes: Buffer): boolean => {
  if (startsWith('ID3')(bytes)) return true;
  const [first = 0, second = 0, third = 0] = bytes;
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08;
  return isLayer3 && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c;
};

/** UTF-8 without NUL; the last sign may be cut only where more bytes follow. */
function isText(bytes: Buffer): boolean {
  const isCut = bytes.length >= attachmentLimits.startBytes;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    return !bytes.includes(0);
  } catch {
    return false;
  }
}

/**
 * How files of each type begin: from their first byte on, so that what also is another type begins with
 * that one's mark nowhere.
 */
const fileTypes: Readonly<Record<(typeof knownTypes)[number], FileType>> = {
  // https://www.w3.org/TR/png-3/#3PNGsignature
  'image/png': { begins: startsWith('\u0089PNG\r\n\u001a\n'), sizeOf: pngSize },
  'image/jpeg': { begins: startsWith('\u00ff\u00d8\u00ff'), sizeOf: jpegSize },
  'image/gif': { begins: (bytes) => /^GIF8[79]a$/.test(textAt(bytes, 0, 6)), sizeOf: gifSize },
  'image/webp': {
    begins: (bytes) => /^RIFF[^]{4}WEBP$/.test(textAt(bytes, 0, 12)),
    sizeOf: webpSize,
  },
  // ISO 32000-2 §7.5.2
  'application/pdf': { begins: (bytes) => /^%PDF-\d\.\d$/.test(textAt(bytes, 0, 8)) },
  'video/mp4': {
    begins: (bytes) => textAt(bytes, 4, 4) === 'ftyp' && mp4Brand.test(textAt(bytes, 8, 4)),
  },
  'video/webm': {
    begins: (bytes) =>
      startsWith('\u001a\u0045\u00df\u00a3')(bytes) &&
      bytes.subarray(0, webmHeaderBytes).includes(webmDocType),
  },
  'audio/mpeg': { begins: isMp3 },
  // RFC 3533 §6: version 0, and the first page of a stream.
  'audio/ogg': { begins: (bytes) => startsWith('OggS\0')(bytes) && ((bytes[5] ?? 0) & 2) === 2 },
  // APPNOTE.TXT §4.3: a file, or the end of an archive without any.
  'application/zip': {
    begins: (bytes) => ['PK\u0003\u0004', 'PK\u0005\u0006'].includes(textAt(bytes, 0, 4)),
  },
  'text/plain': { begins: isText, problem: 'is not text in UTF-8' },
};

const isKnown = (type: string): type is keyof typeof fileTypes => Object.hasOwn(fileTypes, type);

/** Looks whether the start of a file is of the type that was declared; it never throws. */
export function inspectStart(bytes: Uint8Array, declaredType: string): Inspection {
  const type = isKnown(declaredType) ? fileTypes[declaredType] : undefined;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type?.begins(start) !== true)
    return { problem: type?.problem ?? `does not begin as ${declaredType} does` };
  if (type.sizeOf === undefined) return {};
  const size = type.sizeOf(start);
  if (size === undefined)
    return { problem: 'does not say near its start how large the picture is' };
  const pixels = size.width * size.height;
  if (pixels === 0) return { problem: 'is a picture without pixels' };
  return pixels > attachmentLimits.megapixelsMax * 1_000_000
    ? { problem: `has more than ${attachmentLimits.megapixelsMax} megapixels` }
    : { ...size };
}
