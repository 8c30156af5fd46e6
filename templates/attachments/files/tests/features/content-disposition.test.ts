import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentDisposition } from '../../src/backend/attachments/content-disposition.ts';
import { runs } from '../support/arbitraries.ts';

const start = "attachment; filename*=UTF-8''";
const nameIn = (header: string): string => decodeURIComponent(header.slice(start.length));

it('C88 names are shown as they are, whatever their script', () => {
  for (const name of [
    'a.png',
    'Größe (1)*.pdf',
    "it's 100 %.txt",
    '日本語.zip',
    '👨‍👩‍👧.jpg',
    '"a";b=c',
  ])
    expect(nameIn(contentDisposition(name))).toBe(name);
});

it('C88 no name leaves the header, its folder or its direction', () => {
  const hostile: [name: string, shown: string][] = [
    ['../../etc/passwd', '.._.._etc_passwd'],
    [String.raw`C:\windows\a.exe`, 'C:_windows_a.exe'],
    ['a\r\nSet-Cookie: b=c', 'a__Set-Cookie: b=c'],
    ['a\0.png', 'a_.png'],
    ['\u202egnp.exe', '_gnp.exe'],
    ['a\u2028b\u0085c', 'a_b_c'],
    ['\ud800a', '_a'],
    ['..', 'file'],
    [' . ', 'file'],
    ['', 'file'],
  ];
  for (const [name, shown] of hostile) expect(nameIn(contentDisposition(name))).toBe(shown);
});

it('C88 the header has signs of RFC 8187 only, and can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (name) => {
      const header = contentDisposition(name);
      expect(header).toMatch(/^attachment; filename\*=UTF-8''(?:[\w!#$&+.^`|~-]|%[\da-f]{2})+$/i);
      expect(nameIn(header)).not.toMatch(/[\p{Cc}\p{Bidi_Control}/\\]/u);
    }),
    runs(2_000),
  );
  const emoji = '👩'.repeat(127);
  expect(nameIn(contentDisposition(emoji))).toBe(emoji);
});
