import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPublicGroup,
  focused,
  joinGroup,
  openDirect,
  phone,
  say,
  seen,
  startDemo,
  type Demo,
} from './demo.ts';

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not shown`);
  return box;
};

/** The roundings of a bubble's corners, from the upper left one on with the clock. */
const cornersOf = (page: Page, text: string): Promise<string> =>
  page.evaluate(`(() => {
    const bubbles = [...document.querySelectorAll('.bubble')];
    const bubble = bubbles.find((one) => one.querySelector('.content').textContent === '${text}');
    return getComputedStyle(bubble).borderRadius;
  })()`);

/** Where the text of an element begins, in pixels from the left. */
const textStart = (page: Page, selector: string): Promise<number> =>
  page.evaluate(`(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('${selector}'));
    return range.getBoundingClientRect().left;
  })()`);

describe('the demo page', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo.stop());

  it('begins a dialog in its first field, and keeps what was typed in one that was closed', async () => {
    const { page } = await demo.guest();
    await page.getByRole('button', { name: 'New group' }).click();
    await page.keyboard.type('A name of words');
    await page.getByLabel('Everybody can find and join it').check();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New group' }).click();
    expect(await page.getByLabel('Name of the group').inputValue()).toBe('A name of words');
    expect(await page.getByLabel('Everybody can find and join it').isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'A name of words' }).waitFor();
    await page.getByRole('button', { name: 'New group' }).click();
    expect(await page.getByLabel('Name of the group').inputValue()).toBe('');
  });

  it('begins a dialog without a field with its title: a space presses nothing', async () => {
    const [{ page: a }, { page: b }] = await Promise.all([demo.guest(), demo.guest()]);
    await createPublicGroup(a, 'Spaces');
    await joinGroup(b, 'Spaces');
    await b.getByRole('button', { name: 'Members' }).click();
    await b.getByRole('dialog').getByText('owner').waitFor();
    expect(await focused(b)).toBe('Spaces');
    await b.keyboard.press('Space');
    expect(await b.getByRole('dialog').isVisible()).toBe(true);
    await a.getByRole('button', { name: 'Members' }).click();
    expect(await focused(a)).toBe('Add people');
  });

  it('brings up no keyboard on a phone before somebody wants to write', async () => {
    const { page } = await demo.guest(phone);
    expect(await focused(page)).toBe('Conversations');
    await createPublicGroup(page, 'A phone');
    expect(await focused(page)).toBe('Conversation');
    await page.getByRole('button', { name: 'Members' }).tap();
    await page.getByRole('dialog').getByText('owner').waitFor();
    expect(await focused(page)).toBe('A phone');
  });

  it('shows a handle right below its name in the finder', async () => {
    const [{ page }, { username }] = await Promise.all([demo.guest(), demo.guest()]);
    await page.getByLabel('Find people and public groups').fill(username);
    await page.locator('.results').getByText(`@${username}`).waitFor();
    const name = await textStart(page, '.results .name');
    const handle = await textStart(page, '.results .hint');
    expect(handle).toBeCloseTo(name, 0);
  });

  it('points the first bubble of each at whose it is, and says a minute once', async () => {
    const [{ page: a }, { page: b }] = await Promise.all([demo.guest(), demo.guest()]);
    await createPublicGroup(a, 'Corners');
    await joinGroup(b, 'Corners');
    // The clock of the server may reach the next minute meanwhile: then there are two times.
    for (const text of ['one', 'two', 'three']) await say(a, text);
    await seen(b, 'three');
    expect(await cornersOf(a, 'one')).toBe('16px 5px 16px 16px');
    expect(await cornersOf(b, 'one')).toBe('5px 16px 16px');
    for (const page of [a, b]) {
      expect(await cornersOf(page, 'two')).toBe('16px');
      const times = await page.locator('.message .meta time').allTextContents();
      expect(times).toEqual([...new Set(times)]);
      expect(await page.locator('.message time').count()).toBe(3);
    }
  });

  it('gives no two guests one name', async () => {
    const guests = await Promise.all(Array.from({ length: 4 }, () => demo.guest()));
    for (const { page, username } of guests) {
      const name = (await page.locator('.sidebar .bar .name').textContent()) ?? '';
      expect(name.toLowerCase().replaceAll(' ', '-')).toBe(username);
    }
  });

  it('calls nobody online while nothing comes through', async () => {
    const [{ page: a }, ben] = await Promise.all([demo.guest(), demo.guest()]);
    await openDirect(a, ben.username);
    const state = a.locator('.thread .bar .hint');
    await state.filter({ hasText: 'Online' }).waitFor();
    await a.context().setOffline(true);
    await a.getByText('You are offline').waitFor();
    await state.filter({ hasText: `@${ben.username}` }).waitFor();
    expect(await a.locator('.dot').count()).toBe(0);
    await a.context().setOffline(false);
    await state.filter({ hasText: 'Online' }).waitFor();
  });

  it('is as high as the screen, however much was said', async () => {
    const { page } = await demo.guest(phone);
    await createPublicGroup(page, 'High');
    for (let count = 1; count <= 30; count += 1) await say(page, `message ${count}.`);
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(
      phone.viewport.height,
    );
    expect((await boxOf(page, '.composer')).y).toBeLessThan(phone.viewport.height);
  });
});
