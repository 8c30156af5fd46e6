import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPublicGroup,
  focused,
  goTo,
  pairOf,
  projectOf,
  richFeatures,
  say,
  seen,
  startDemo,
  write,
} from './demo.ts';
import type { Demo, Guest } from './demo.ts';

const message = (page: Page, text: string) => page.locator('.thread .message', { hasText: text });

/** Goes back from the field to the menu of the last message and opens it. */
async function openMenu(page: Page): Promise<void> {
  await page.getByLabel('Write a message').focus();
  await goTo(page, 'Message actions', 'Shift+Tab');
}

/** Goes down in an open menu to an entry and presses it. */
const press = (page: Page, entry: string): Promise<void> => goTo(page, entry, 'ArrowDown');

describe('what features add to the demo page, by keyboard alone', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo(await projectOf(richFeatures));
  });
  afterAll(() => demo.stop());

  const errorsOf = (...guests: Guest[]): string[] => guests.flatMap(({ errors }) => errors);

  it('S72 a reaction is chosen from the row, joined, and taken back', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Reactions');
    await say(a, 'tea or coffee?');
    await seen(b, 'tea or coffee?');
    await openMenu(b);
    await b.keyboard.press('ArrowDown');
    await b.keyboard.press('ArrowRight');
    await b.keyboard.press('Enter');
    await b.locator('.chip[aria-pressed=true]', { hasText: '❤️' }).waitFor();
    expect(await focused(b)).toBe('Message actions');

    const chip = a.locator('.chip', { hasText: '❤️' });
    await chip.getByText('1', { exact: true }).waitFor();
    expect(await chip.getAttribute('aria-pressed')).toBe('false');
    const name = await b.locator('.sidebar .bar .name').textContent();
    expect(await chip.getAttribute('title')).toBe(name);
    await chip.focus();
    await a.keyboard.press('Enter');
    await a.locator('.chip[aria-pressed=true]').getByText('2', { exact: true }).waitFor();
    expect(await chip.getAttribute('title')).toBe(`You and ${name}`);
    // The line was drawn anew, and the chip has the focus again.
    expect(await focused(a)).toContain('❤️');
    await a.keyboard.press('Enter');
    await b.locator('.chip').getByText('1', { exact: true }).waitFor();
    expect(errorsOf(anna, ben)).toEqual([]);
  });

  it('S72 a message is answered with a quote, which follows edits and leads to it', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Quotes');
    await say(a, 'the original');
    for (let count = 1; count <= 20; count += 1) await say(a, `filler ${count}.`);
    await say(a, 'the last one');
    await seen(b, 'the last one');
    await openMenu(b);
    await press(b, 'Reply');
    expect(await focused(b)).toBe('Write a message');
    await b.locator('.quote-bar', { hasText: 'the last one' }).waitFor();
    await b.keyboard.press('Escape');
    expect(await b.locator('.quote-bar').isVisible()).toBe(false);

    await message(b, 'the original').getByLabel('Message actions').press('Enter');
    await press(b, 'Reply');
    await b.keyboard.type('an answer');
    await b.keyboard.press('Enter');
    const quote = message(a, 'an answer').locator('.quote');
    await quote.getByText('the original').waitFor();
    expect(await b.locator('.quote-bar').isVisible()).toBe(false);
    await quote.focus();
    await a.keyboard.press('Enter');
    await a.locator('.found', { hasText: 'the original' }).waitFor();
    expect(await a.evaluate(`document.activeElement.textContent.includes('the original')`)).toBe(
      true,
    );
    await message(a, 'the original').first().getByLabel('Message actions').press('Enter');
    await press(a, 'Edit');
    await a.keyboard.press('Control+A');
    await a.keyboard.type('the new words');
    await a.keyboard.press('Enter');
    await message(b, 'an answer').locator('.quote', { hasText: 'the new words' }).waitFor();
    expect(errorsOf(anna, ben)).toEqual([]);
  });

  it('S72 a thread is opened, written in, counted, and left for where it was opened', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Threads');
    await say(a, 'a question');
    await seen(b, 'a question');
    await openMenu(b);
    await press(b, 'Reply in thread');
    await b.locator('textarea:focus[placeholder="Reply in the thread"]').waitFor();
    await b.keyboard.type('beside');
    await b.keyboard.press('Enter');
    const panel = b.getByRole('complementary', { name: 'Thread' });
    await panel.locator('.message:not(.waiting)', { hasText: 'beside' }).waitFor();
    const link = message(a, 'a question').locator('.thread-link');
    await link.getByText('1 reply').waitFor();
    expect(await message(a, 'beside').count()).toBe(0);

    await b.keyboard.type('in both');
    await b.keyboard.press('Tab');
    await b.keyboard.press('Tab');
    expect(await focused(b)).toBe('Also in the conversation');
    await b.keyboard.press('Space');
    await b.keyboard.press('Shift+Tab');
    await b.keyboard.press('Enter');
    await message(a, 'in both').waitFor();
    await link.getByText('2 replies').waitFor();

    await link.focus();
    await a.keyboard.press('Enter');
    const replies = a.locator('.side .replies .content');
    await replies.nth(1).waitFor();
    expect(await replies.allTextContents()).toEqual(['beside', 'in both']);
    await a.keyboard.press('Escape');
    expect(await a.locator('.side').isVisible()).toBe(false);
    expect(await focused(a)).toMatch(/^2 replies/);
    expect(errorsOf(anna, ben)).toEqual([]);
  });

  it('S72 somebody is named by the arrows, and sees how often in the list', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Mentions');
    await createPublicGroup(b, 'Elsewhere');
    await a.getByLabel('Write a message').pressSequentially('ask @');
    const options = a.getByRole('option');
    await options.nth(2).waitFor();
    await a.keyboard.press('ArrowDown');
    await a.keyboard.press('ArrowUp');
    await a.keyboard.press('Enter');
    const field = a.getByLabel('Write a message');
    expect(await field.inputValue()).toBe(`ask @${ben.username} `);
    await a.keyboard.type('or @nobody.');
    await a.keyboard.press('Enter');
    await a.locator('.mention', { hasText: `@${ben.username}` }).waitFor();
    expect(await a.locator('.mention').count()).toBe(1);
    await say(a, 'nothing for anybody');

    const item = b.getByRole('button', { name: 'nothing for anybody' });
    await item.getByText('1 mention').waitFor();
    await item.getByText('@1', { exact: true }).waitFor();
    await item.getByText('2 unread').waitFor();
    await item.focus();
    await b.keyboard.press('Enter');
    await b.locator('.mention.me').waitFor();
    await b.getByText('1 mention').waitFor({ state: 'detached' });
    expect(errorsOf(anna, ben)).toEqual([]);
  });

  it('S72 a level is chosen by the bell, and muting ends what counts in the title', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Bells');
    await createPublicGroup(b, 'Quiet');
    await b.getByRole('button', { name: 'Bells' }).click();
    await b.getByLabel('Notifications').press('Enter');
    await b.getByRole('radio', { name: 'All messages' }).focus();
    await b.keyboard.press('ArrowDown');
    await b.keyboard.press('ArrowDown');
    expect(await focused(b)).toBe('Nothing');
    await b.locator('.quieted').waitFor();
    await b.keyboard.press('Escape');
    expect(await focused(b)).toBe('Notifications');
    await b.getByRole('button', { name: 'Quiet' }).click();
    await say(a, 'psst');
    await b.getByRole('button', { name: 'psst' }).getByText('1 unread').waitFor();
    expect(await b.title()).toBe('Chat');

    await b.getByRole('button', { name: 'psst' }).click();
    await b.getByLabel('Notifications').press('Enter');
    await goTo(b, 'Mute for 8 hours', 'Tab');
    await b.getByLabel('Notifications').press('Enter');
    await b.getByText('Muted until').waitFor();
    await goTo(b, 'Unmute', 'Tab');
    await b.getByLabel('Notifications').press('Enter');
    await b.getByText('Muted until').waitFor({ state: 'detached' });
    await b.getByRole('radio', { name: 'Nothing' }).focus();
    await b.keyboard.press('ArrowUp');
    await b.keyboard.press('ArrowUp');
    await b.locator('.quieted').waitFor({ state: 'detached' });
    expect(errorsOf(anna, ben)).toEqual([]);
  });

  it('S72 a message is pinned, found by the bar from afar, and unpinned in the list', async () => {
    const { anna, ben, a, b } = await pairOf(demo, 'Pins');
    await say(a, 'keep this');
    await openMenu(a);
    await press(a, 'Pin');
    await a.locator('.pin-bar', { hasText: 'keep this' }).waitFor();
    for (let count = 1; count <= 60; count += 1) await write(a, `filler ${count}.`);
    await a.locator('.waiting').first().waitFor({ state: 'detached', timeout: 60_000 });
    await b.reload();
    await seen(b, 'filler 60.');
    const bar = b.locator('.pin-bar');
    await bar.getByText('keep this').waitFor();
    // What is pinned stands before what is loaded.
    expect(await message(b, 'keep this').count()).toBe(0);
    await bar.focus();
    await b.keyboard.press('Enter');
    await b.getByRole('dialog').getByText('keep this').waitFor();
    await b.keyboard.press('Tab');
    await b.keyboard.press('Tab');
    await b.keyboard.press('Enter');
    await b.locator('.found', { hasText: 'keep this' }).waitFor();

    await a.locator('.pin-bar').focus();
    await a.keyboard.press('Enter');
    await a.getByRole('button', { name: 'Unpin' }).press('Enter');
    await a.getByRole('dialog').waitFor({ state: 'detached' });
    await bar.waitFor({ state: 'hidden' });
    expect(errorsOf(anna, ben)).toEqual([]);
  });
});
