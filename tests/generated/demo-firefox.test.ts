import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { hasFirefox, launchFirefox } from '../support/browser.ts';
import {
  attach,
  choose,
  createPublicGroup,
  joinGroup,
  picture,
  projectOf,
  richFeatures,
  say,
  searchUntilFound,
  seen,
  startDemo,
} from './demo.ts';
import type { Demo } from './demo.ts';

describe.skipIf(!hasFirefox)('one in Firefox and one in Chromium', () => {
  let demo: Demo;
  let firefox: Browser;

  beforeAll(async () => {
    demo = await startDemo(await projectOf(richFeatures));
    firefox = await launchFirefox();
  });
  afterAll(async () => {
    await firefox.close();
    await demo.stop();
  });

  it('S72 react, reply in a thread, mention and pin', async () => {
    const [anna, ben] = [await demo.guest({}, firefox), await demo.guest()];
    const [a, b] = [anna.page, ben.page];
    await createPublicGroup(a, 'Browsers');
    await joinGroup(b, 'Browsers');
    await say(a, 'from Firefox');
    await say(b, 'from Chromium');
    await seen(a, 'from Chromium');
    await choose(a, 'from Chromium', 'React with 👍');
    await b.locator('.message.own .chip', { hasText: '👍' }).waitFor();
    await choose(b, 'from Firefox', 'React with 🎉');
    await a.locator('.message.own .chip', { hasText: '🎉' }).waitFor();

    await choose(a, 'from Chromium', 'Reply in thread');
    await a.getByLabel('Reply in the thread').fill('asked beside');
    await a.keyboard.press('Enter');
    await b.locator('.thread-link', { hasText: '1 reply' }).click();
    await b.getByLabel('Reply in the thread').fill('answered beside');
    await b.keyboard.press('Enter');
    for (const page of [a, b]) {
      const replies = page.locator('.replies .message:not(.waiting) .content');
      await replies.nth(1).waitFor();
      expect(await replies.allTextContents()).toEqual(['asked beside', 'answered beside']);
      await page.getByLabel('Close the thread').click();
    }

    for (const [page, other] of [
      [a, b],
      [b, a],
    ] as const) {
      await page.getByLabel('Write a message').pressSequentially('hello @');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await other.locator('.mention.me').first().waitFor();
    }

    await choose(a, 'from Firefox', 'Pin');
    await b.locator('.pin-bar', { hasText: 'from Firefox' }).click();
    await b.getByRole('dialog').locator('.row').first().click();
    await b.locator('.found', { hasText: 'from Firefox' }).waitFor();
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });

  it('S72 send a picture, and find it by the words beside it', async () => {
    const [anna, ben] = [await demo.guest({}, firefox), await demo.guest()];
    const [a, b] = [anna.page, ben.page];
    await createPublicGroup(a, 'Pictures');
    await joinGroup(b, 'Pictures');
    for (const [page, other, animal] of [
      [a, b, 'crocodile'],
      [b, a, 'flamingo'],
    ] as const) {
      await attach(page, [picture]);
      await page.getByText('1 file ready').waitFor();
      await say(page, `a ${animal}`);
      const message = other.locator('.message', { hasText: animal });
      const width = () =>
        message
          .locator('.picture img')
          .evaluate((img: { naturalWidth: number }) => img.naturalWidth);
      await expect.poll(width, { timeout: 30_000 }).toBe(1);
      const found = await searchUntilFound(other, animal, animal);
      await found.first().click();
      await other.locator('.message.found .picture').waitFor();
    }
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });
});
