import { isUtf8 } from 'node:buffer';
import type { TreeFile } from './types.ts';

const BOM = '\uFEFF';
const FIRST_OF_BOM = 0xef;
const CR = 0x0d;

/** How a text is written, whatever it says. */
export interface TextForm {
  readonly hasBom: boolean;
  readonly hasCrlf: boolean;
}

/** Whether bytes are a text that can be merged. */
export function isText(bytes: Buffer): boolean {
  return !bytes.includes(0) && isUtf8(bytes);
}

/** A text as it is compared: without byte order mark, and with LF where every line ends in CRLF. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const plain = text.startsWith(BOM) ? text.slice(1) : text;
  return formOf(bytes).hasCrlf ? plain.replaceAll('\r\n', '\n') : plain;
}

/** The form in which a text is written again. Where line ends are mixed they belong to its lines. */
export function formOf(bytes: Buffer): TextForm {
  const text = bytes.toString('utf8');
  return { hasBom: text.startsWith(BOM), hasCrlf: text.includes('\n') && !/(?<!\r)\n/.test(text) };
}

/** Whether bytes are certain to have neither a byte order mark nor CRLF: what almost all have, seen at once. */
export function hasPlainForm(bytes: Buffer): boolean {
  return !bytes.includes(CR) && bytes[0] !== FIRST_OF_BOM;
}

/** The bytes of a text in a form. */
export function bytesIn({ hasBom, hasCrlf }: TextForm, text: string): Buffer {
  return Buffer.from((hasBom ? BOM : '') + (hasCrlf ? text.replaceAll('\n', '\r\n') : text));
}

/** Whether two files say the same: the same bytes, or the same text in another form. */
export function saysSame(a: Buffer, b: Buffer): boolean {
  return a.equals(b) || (isText(a) && isText(b) && textOf(a) === textOf(b));
}

/** Whether two files are the same, bytes and permissions. */
export function isSameFile(a: TreeFile, b: TreeFile): boolean {
  return a.mode === b.mode && (a.bytes === b.bytes || a.bytes.equals(b.bytes));
}

/** Whether the owner of a file may run it. */
export function isExecutable({ mode }: TreeFile): boolean {
  return (mode & 0o100) !== 0;
}
