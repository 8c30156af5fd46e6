import { PassThrough } from 'node:stream';
import { emitKeypressEvents } from 'node:readline';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Column } from '../../../src/terminal/column.ts';
import { askCursor } from '../../../src/terminal/cursor-report.ts';

/** A terminal of which only what is written to it counts. */
class FakeScreen {
  columns = 40;
  rows = 10;
  written = '';
  #resized = (): void => {};

  write(text: string): void {
    this.written += text;
  }

  on(_event: 'resize', listener: () => void): void {
    this.#resized = listener;
  }

  resize(columns: number, rows: number): string {
    this.written = '';
    Object.assign(this, { columns, rows });
    this.#resized();
    return this.written;
  }
}

let screen: FakeScreen;
let input: PassThrough & { isRaw?: boolean };
let column: Column;
beforeEach(() => {
  screen = new FakeScreen();
  input = Object.assign(new PassThrough(), { isRaw: true });
  emitKeypressEvents(input);
  column = new Column(screen, input as unknown as NodeJS.ReadStream);
  column.add(() => ({ lines: ['title'] }));
  column.add(() => ({ lines: ['one', 'two', 'three'] }));
});

const ASKED = '\u001B[6n';
const drawn = (): string => screen.written.slice(screen.written.lastIndexOf(ASKED));

describe('a window that changes its size', () => {
  it('is asked for the row of the cursor, and what is above it stays', () => {
    screen.resize(30, 8);
    expect(screen.written).toBe(`${askCursor(30)}\u001B[5C`);
    input.write('\u001B[3;4R');
    expect(drawn()).toContain('one');
    expect(drawn()).not.toContain('title');
    screen.resize(30, 9);
    input.write('\u001B[4;4R');
    expect(drawn()).toContain('title');
  });

  it('waits for the last answer when it is asked several times, and draws what came between', () => {
    screen.resize(30, 8);
    screen.resize(20, 8);
    column.replace(() => ({ lines: ['answered'] }));
    input.write('\u001B[4;4R');
    expect(drawn()).not.toContain('answered');
    input.write('\u001B[120;4R');
    expect(drawn()).toMatch(/title[^]*answered/);
  });

  it.each([1, 3, 5, 7])('is not drawn for a width that it has no more (cell %i)', (cell) => {
    screen.resize(30, 8);
    input.write(`\u001B[4;${cell}R`);
    expect(drawn()).not.toContain('three');
    screen.resize(25, 8);
    input.write('\u001B[4;4R');
    expect(drawn()).toContain('three');
  });

  it('is drawn without an answer, too', async () => {
    screen.resize(30, 8);
    await vi.waitUntil(() => drawn().includes('three'), { timeout: 5_000 });
    expect(input.listenerCount('keypress')).toBe(0);
    screen.written = '';
    // It comes late, and nobody waits for it any more.
    input.write('\u001B[3;4R');
    expect(screen.written).toBe('');
  });

  it.each(['suspend', 'close'] as const)('is drawn before %s leaves it', (leave) => {
    screen.resize(30, 8);
    column.replace(() => ({ lines: ['answered'] }));
    column[leave]();
    expect(screen.written).toContain('title');
    expect(input.listenerCount('keypress')).toBe(0);
  });

  it('is left alone while somebody else has the screen', () => {
    column.suspend();
    column.replace(() => ({ lines: ['answered'] }));
    expect(screen.resize(30, 8)).toBe('');
    column.resume();
    expect(screen.written).toContain('answered');
  });

  it('is not asked where the answer would be on the screen', () => {
    input.isRaw = false;
    expect(screen.resize(30, 8)).not.toContain(ASKED);
    expect(screen.written).toContain('three');
  });
});
