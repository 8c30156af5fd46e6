import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attach,
  createPublicGroup,
  focused,
  goTo,
  pairOf,
  picture,
  projectOf,
  richFeatures,
  say,
  searchUntilFound,
  seen,
  startDemo,
  textFile,
} from './demo.ts';
import type { Demo } from './demo.ts';

const notes = textFile('notes.txt', 'bread, cheese');

/** Drops a file on an element, as a hand would. */
const drop = (page: Page, selector: string, name: string): Promise<void> =>
  page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['words'], '${name}', { type: 'text/plain' }));
    const event = (type) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    const target = document.querySelector('${selector}');
    target.dispatchEvent(event('dragover'));
    target.dispatchEvent(event('drop'));
  })()`);

describe('files and search on the demo page', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo(await projectOf(richFeatures));
  });
  afterAll(() => demo.stop());

  it('S72 files are chosen, taken out again, sent, seen and saved by keyboard alone', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Files');
    await a.getByLabel('Write a message').focus();
    const choosing = a.waitForEvent('filechooser');
    await goTo(a, 'Attach files', 'Shift+Tab');
    await (await choosing).setFiles([picture, notes, { ...notes, name: 'not this.txt' }]);
    await a.getByText('3 files ready').waitFor();
    expect(await focused(a)).toBe('Write a message');
    await goTo(a, 'Remove not this.txt', 'Shift+Tab');
    await a.getByText('2 files ready').waitFor();
    expect(await focused(a)).toBe('Write a message');
    await a.keyboard.press('Enter');

    const shown = b.locator('.picture img');
    await shown.waitFor();
    expect(await shown.getAttribute('alt')).toBe('map.png');
    const width = () => b.evaluate<number>(`document.querySelector('.picture img').naturalWidth`);
    await expect.poll(width, { timeout: 30_000 }).toBe(1);
    await b.locator('.file', { hasText: 'notes.txt' }).getByText('13 B').waitFor();
    expect(await a.locator('.uploads li').count()).toBe(0);
    await b.getByRole('button', { name: 'Files' }).getByText('2 files').waitFor();

    const saving = b.waitForEvent('download');
    await b.getByLabel('Write a message').focus();
    await goTo(b, 'Download notes.txt', 'Shift+Tab');
    expect((await saving).suggestedFilename()).toBe('notes.txt');
    await b.locator('.picture').press('Enter');
    await b.getByRole('dialog').getByRole('heading', { name: 'map.png' }).waitFor();
    await b.keyboard.press('Escape');
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });

  it('S72 files are dropped and pasted, and one that is refused says why and holds nothing up', async () => {
    const { a, b } = await pairOf(demo, 'Drops');
    await drop(a, '.thread .scroll', 'dropped.txt');
    await a.getByText('1 file ready').waitFor();
    await a.evaluate(`(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['words'], 'pasted.txt', { type: 'text/plain' }));
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('.composer textarea').dispatchEvent(event);
    })()`);
    await a.getByText('2 files ready').waitFor();
    await attach(a, [{ name: 'evil.png', mimeType: 'image/png', buffer: Buffer.from('<html>') }]);
    const failed = a.locator('.uploads .failed');
    await failed.waitFor();
    await a.getByLabel('Write a message').fill('two of three');
    await a.keyboard.press('Enter');
    await a.getByText('A file could not be uploaded').waitFor();
    await failed.getByLabel('Remove evil.png').press('Enter');
    await a.keyboard.press('Enter');
    await seen(b, 'two of three');
    expect(await b.locator('.file .name').allTextContents()).toEqual(['dropped.txt', 'pasted.txt']);
  });

  it('S72 a message is found by its words, which are marked, and jumped to', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Searches');
    await say(a, 'Über den Wolken, and a crocodile between many other words');
    await createPublicGroup(b, 'Another');
    const found = await searchUntilFound(b, 'uber croc', 'crocodile');
    expect(await found.locator('.hit').allTextContents()).toContain('crocodile');
    for (let presses = 0; !(await focused(b)).includes('crocodile'); presses += 1) {
      expect(presses).toBeLessThan(10);
      await b.keyboard.press('Tab');
    }
    await b.keyboard.press('Enter');
    await b.getByRole('heading', { name: 'Searches' }).waitFor();
    await b.locator('.message.found', { hasText: 'crocodile' }).waitFor();
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });
});
