import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const syncMs = 100;

/** What a writer did, on disk, so that it outlives the writer. */
export interface Ledger {
  sent(room: string, id: string, number: number): void;
  acked(room: string, id: string, seq: number): void;
  close(): void;
}

/** Opens the two files of a writer: what it sent, and what was acknowledged. */
export function openLedger(folder: string, writer: string): Ledger {
  const [sent, acked] = ['sent', 'acked'].map((kind) =>
    openSync(join(folder, `${writer}.${kind}`), 'a'),
  ) as [number, number];
  const sync = (): void => [sent, acked].forEach((file) => fsyncSync(file));
  const timer = setInterval(sync, syncMs);
  const write = (file: number, ...fields: (string | number)[]): void =>
    void writeSync(file, `${fields.join(' ')}\n`);
  return {
    sent: (room, id, number) => write(sent, room, id, number),
    acked: (room, id, seq) => write(acked, room, id, seq, Date.now()),
    close() {
      clearInterval(timer);
      sync();
      [sent, acked].forEach((file) => closeSync(file));
    },
  };
}
