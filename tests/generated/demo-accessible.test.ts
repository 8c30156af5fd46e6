import axe, { type AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage } from '../support/browser.ts';
import { createPublicGroup, enterAsGuest, joinGroup, phone, say, seen, startDemo } from './demo.ts';
import type { Demo, Guest } from './demo.ts';

/** What axe finds on a page as it is, in a line for each finding. */
async function findings(page: Page): Promise<string[]> {
  // Colours are judged when nothing moves any more.
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))');
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run(document)');
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

describe('axe finds nothing on the demo page', () => {
  let demo: Demo;
  let host: Guest;

  beforeAll(async () => {
    demo = await startDemo();
    host = await demo.guest();
    await createPublicGroup(host.page, 'Lobby');
    await say(host.page, 'welcome');
  });
  afterAll(() => demo.stop());

  const looks: [string, BrowserContextOptions][] = [
    ['light', { colorScheme: 'light', reducedMotion: 'reduce' }],
    ['dark', { colorScheme: 'dark', reducedMotion: 'reduce' }],
    ['a phone, light', { ...phone, colorScheme: 'light', reducedMotion: 'reduce' }],
    ['a phone, dark', { ...phone, colorScheme: 'dark', reducedMotion: 'reduce' }],
  ];

  it.each(looks)('from signing in to signing out: %s', async (name, options) => {
    const { page } = await openPage(demo.browser, demo.url, options);
    const found: Record<string, string[]> = {};
    const look = async (state: string): Promise<void> => {
      found[state] = await findings(page);
    };
    await look('signed out');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('Username').fill('anna');
    await page.getByLabel('E-mail').fill('anna@example.com');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
    await look('a new account that is refused');
    await enterAsGuest(page);
    await look('no conversations');
    await page.getByLabel('Find people').fill('Lobby');
    await page.getByRole('button', { name: 'Lobby Public group' }).waitFor();
    await look('a search');
    await joinGroup(page, 'Lobby');
    await say(page, `thank you from ${name}`);
    await say(host.page, `how are you, ${name}?`);
    await seen(page, `how are you, ${name}?`);
    await look('a conversation');
    await page.locator('.message.own').last().getByLabel('Message actions').press('Enter');
    await look('a menu');
    await page.keyboard.press('Escape');
    await page.getByLabel('Write a message').press('ArrowUp');
    await look('an edit');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Members' }).click();
    await page.getByRole('dialog').getByText('owner').waitFor();
    await look('a dialog');
    await page.keyboard.press('Escape');
    await page.context().setOffline(true);
    await page.getByLabel('Write a message').fill('later');
    await page.keyboard.press('Enter');
    await page.getByText('You are offline').waitFor();
    await look('offline, with a message that waits');
    await page.context().setOffline(false);
    await page.goBack();
    await page.getByRole('button', { name: 'Lobby' }).waitFor();
    await say(host.page, `still there, ${name}?`);
    await page.locator('.unread').waitFor();
    await look('a list with something unread');

    const states = Object.keys(found);
    expect(found).toEqual(Object.fromEntries(states.map((state) => [state, []])));
  });
});
