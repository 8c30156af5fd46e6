import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { inspectStart } from '../../src/backend/attachments/file-types.ts';
import { attachmentLimits } from '../../src/configs/attachment-limits.ts';
import { knownTypes } from '../../src/configs/variables/attachments.ts';
import { runs } from '../support/arbitraries.ts';
import { files, fileTypes, png } from '../support/files.ts';

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');
const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

/** A JPEG whose frame comes after this much of other segments. */
function jpeg(width: number, height: number, before = 0): Buffer {
  const segment = (marker: number, data: Buffer): Buffer => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  };
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  const others = Array.from({ length: Math.ceil(before / 60_000) }, () =>
    segment(0xe1, Buffer.alloc(60_000)),
  );
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...others, segment(0xc0, frame)]);
}

it('S61 each type is told by how it begins, and is no other', () => {
  expect(fileTypes.toSorted()).toEqual([...knownTypes].toSorted());
  for (const [type, bytes] of Object.entries(files))
    for (const declared of knownTypes) {
      const { problem } = inspectStart(bytes, declared);
      // Some files of bytes that mean signs are text as well: whoever gets one as text is shown text.
      if (declared !== 'text/plain')
        expect([type, declared, problem === undefined]).toEqual([
          type,
          declared,
          type === declared,
        ]);
    }
  for (const bytes of Object.values(files))
    for (const declared of ['image/svg+xml', 'text/html', '__proto__', 'constructor', ''])
      expect(inspectStart(bytes, declared)).toHaveProperty('problem');
});

it('S61 what is not that type is refused: markup as a picture, films of others, cut and binary text', () => {
  const wrong: [declared: string, bytes: Buffer | string][] = [
    ['image/png', '<!doctype html><script>alert(1)</script>'],
    ['image/png', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['image/jpeg', '<!-- \u00ff\u00d8\u00ff -->'],
    ['image/gif', 'GIF89a=1;/*'],
    ['application/pdf', '<html>%PDF-1.7'],
    ['video/mp4', base64('AAAAGGZ0eXBoZWljAAAAAGhlaWNtaWYx')], // a picture, heic
    ['video/webm', Buffer.from('1a45dfa3a3428288', 'hex')], // matroska
    ['audio/mpeg', Buffer.from('fff15080', 'hex')], // aac
    ['audio/ogg', 'OggS\0\0'],
    ['text/plain', Buffer.from('ff', 'hex')],
    ['text/plain', Buffer.from('e282', 'hex')],
    ['text/plain', 'a\0b'],
    ['text/plain', png()],
  ];
  for (const [declared, bytes] of wrong) {
    const { problem } = inspectStart(Buffer.from(bytes as string, 'latin1'), declared);
    expect([declared, bytes, problem]).toEqual([declared, bytes, expect.any(String)]);
  }
  const cut = Buffer.concat([
    Buffer.alloc(attachmentLimits.startBytes - 1, 'a'),
    Buffer.from([0xe2]),
  ]);
  expect(inspectStart(cut, 'text/plain')).toEqual({});
});

it('S61 C89 pictures have their size from their header, and 50 megapixels at most', () => {
  const { megapixelsMax } = attachmentLimits;
  for (const type of pictures)
    expect([type, inspectStart(files[type], type)]).toEqual([type, { width: 1, height: 1 }]);
  expect(inspectStart(jpeg(4_000, 3_000, 200_000), 'image/jpeg')).toEqual({
    width: 4_000,
    height: 3_000,
  });
  expect(inspectStart(png(10_000, 5_000), 'image/png')).toEqual({ width: 10_000, height: 5_000 });
  const large = { problem: `has more than ${megapixelsMax} megapixels` };
  expect(inspectStart(png(10_000, 5_001), 'image/png')).toEqual(large);
  expect(inspectStart(png(60_000, 60_000), 'image/png')).toEqual(large);
  expect(inspectStart(png(2 ** 32 - 1, 2 ** 32 - 1), 'image/png')).toEqual(large);
  expect(inspectStart(jpeg(65_535, 65_535), 'image/jpeg')).toEqual(large);
  expect(inspectStart(png(0, 5), 'image/png')).toEqual({ problem: 'is a picture without pixels' });

  const gif = Buffer.from(files['image/gif']); // a small screen with a large picture on it
  gif.fill(0xff, gif.indexOf(0x2c) + 5, gif.indexOf(0x2c) + 9);
  expect(inspectStart(gif, 'image/gif')).toEqual(large);
});

it.each([
  ['lossless', 'UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=='],
  [
    'extended',
    'UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==',
  ],
])('S61 a WebP that is %s has its size in another place', (_, text) => {
  const bytes = base64(text);
  expect(inspectStart(bytes, 'image/webp')).toEqual({ width: 1, height: 1 });
  const at = bytes.toString('latin1', 12, 16) === 'VP8X' ? 24 : 21;
  bytes.fill(0xff, at, at + 4);
  expect(inspectStart(bytes, 'image/webp')).toHaveProperty('problem');
});

it('C89 a picture whose size comes later than what is looked at is refused', () => {
  const { startBytes } = attachmentLimits;
  const start = jpeg(100, 100, 2 * startBytes).subarray(0, startBytes);
  expect(inspectStart(start, 'image/jpeg')).toEqual({
    problem: 'does not say near its start how large the picture is',
  });
});

it('C87 a file that goes on as another keeps the declared type', () => {
  const tail = Buffer.from('<script>alert(1)</script>%PDF-1.7PK\u0003\u0004');
  for (const type of fileTypes.filter((name) => name !== 'text/plain')) {
    const both = Buffer.concat([files[type], tail]);
    expect(inspectStart(both, type).problem).toBeUndefined();
    const others = knownTypes.filter((name) => name !== type && name !== 'text/plain');
    for (const other of others)
      expect([type, other, inspectStart(both, other)]).toMatchObject([
        type,
        other,
        { problem: expect.any(String) },
      ]);
  }
});

/** A file of any type, damaged: cut, with bytes changed, or with others put in between. */
const damaged = fc
  .tuple(
    fc.constantFrom(...Object.values(files), jpeg(10, 10, 200)),
    fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.nat(80),
    fc.nat(400),
  )
  .map(([file, changes, more, at, end]) => {
    const bytes = Buffer.from(file);
    for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]).subarray(0, end);
  });

it('C89 whatever the bytes are, nothing throws, nothing hangs, and every size is within the bound', () => {
  const bytes = fc.oneof(damaged, fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(bytes, fc.constantFrom(...knownTypes), (start, declared) => {
      const { problem, width, height } = { width: 1, height: 1, ...inspectStart(start, declared) };
      if (problem !== undefined) return;
      expect(Math.min(width, height)).toBeGreaterThan(0);
      expect(width * height).toBeLessThanOrEqual(attachmentLimits.megapixelsMax * 1e6);
    }),
    runs(5_000),
  );
});

it('C89 the longest way through a header ends: segments, blocks and bytes that fill without end', () => {
  const { startBytes } = attachmentLimits;
  const filled = (start: number[], value: number): Buffer =>
    Buffer.concat([Buffer.from(start), Buffer.alloc(startBytes, value)]).subarray(0, startBytes);
  const gif = [...Buffer.from('GIF89a'), 1, 0, 1, 0, 0, 0, 0, 0x21, 0xff];
  for (const bytes of [filled([0xff, 0xd8], 0xff), filled([0xff, 0xd8, 0xff, 0xe1], 0)])
    expect(inspectStart(bytes, 'image/jpeg')).toHaveProperty('problem');
  for (const bytes of [filled(gif, 1), filled(gif, 0x21), filled(gif, 0xff)])
    expect(inspectStart(bytes, 'image/gif')).toHaveProperty('problem');
});
