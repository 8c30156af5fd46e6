import { crc32, deflateSync } from 'node:zlib';

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A PNG that says it has this size; its pixels are few. */
export function png(width = 1, height = 1): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // eight bits of grey
  const pixels = deflateSync(Buffer.alloc(2));
  const chunks = [chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([hex('89504e47 0d0a1a0a'), ...chunks]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A small file of each type that can be sent, as programs write them. */
export const files = {
  'image/png': png(),
  'image/jpeg': base64(
    '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  ),
  'image/gif': base64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'),
  'image/webp': base64('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA'),
  'application/pdf': Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n'),
  'video/mp4': hex('00000018 66747970 6d703432 00000000 6d703432 69736f6d 00000008 6d646174'),
  'video/webm': hex(
    '1a45dfa3 9f 428681 01 42f781 01 42f281 04 42f381 08 428284 7765626d 428781 04 428581 02',
  ),
  'audio/mpeg': hex('fffb9000 00000000 00000000'),
  'audio/ogg': Buffer.concat([hex('4f676753 00 02'), Buffer.alloc(22), Buffer.from('OpusHead')]),
  'application/zip': Buffer.concat([hex('504b0506'), Buffer.alloc(18)]),
  'text/plain': Buffer.from('grüß dich 👋\n'),
} as const;

export type FileType = keyof typeof files;

export const fileTypes = Object.keys(files) as FileType[];
