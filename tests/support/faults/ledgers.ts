import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Acked, Sent } from './verdict.ts';

/** What writers sent, from their files. */
export function readSent(folder: string): Sent[] {
  return readLines(folder, 'sent').map(({ name, fields: [room = '', id = '', number] }) => ({
    sender: name,
    room,
    id,
    number: Number(number),
  }));
}

/** What was acknowledged to them. */
export function readAcked(folder: string): Acked[] {
  return readLines(folder, 'acked').map(({ name, fields: [room = '', id = '', seq, at] }) => ({
    sender: name,
    room,
    id,
    seq: Number(seq),
    at: Number(at),
  }));
}

/** What members saw: by their timelines, which may begin later, and by reading the whole history. */
export function readViews(folder: string) {
  return readdirSync(folder).flatMap((file) => {
    const [, room = '', kind] = file.split('.');
    if (kind !== 'live' && kind !== 'history') return [];
    return [{ room, lines: linesOf(join(folder, file)), isWhole: kind === 'history' }];
  });
}

function readLines(folder: string, kind: string) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(`.${kind}`))
    .flatMap((file) =>
      linesOf(join(folder, file)).map((line) => ({
        name: file.slice(0, file.indexOf('.')),
        fields: line.split(' '),
      })),
    );
}

/** A last line without its end was being written. */
const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
