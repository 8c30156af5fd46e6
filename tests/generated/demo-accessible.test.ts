import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage } from '../support/browser.ts';
import { findings } from '../support/findings.ts';
import {
  attach,
  choose,
  createPublicGroup,
  enterAsGuest,
  joinGroup,
  phone,
  pixel,
  projectOf,
  richFeatures,
  say,
  seen,
  startDemo,
  textFile,
} from './demo.ts';
import type { Demo, Guest } from './demo.ts';

describe('axe finds nothing on the demo page', () => {
  let demo: Demo;
  let host: Guest;

  beforeAll(async () => {
    demo = await startDemo(await projectOf(richFeatures));
    host = await demo.guest();
    await createPublicGroup(host.page, 'Lobby');
    await say(host.page, 'welcome');
    await choose(host.page, 'welcome', 'Pin');
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
    await showFeatures(page, name, look);
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
    // What is sent later would have read what came before.
    await page.locator('.waiting').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('button', { name: 'Lobby' }).waitFor();
    await say(host.page, `still there, ${name}?`);
    await page.locator('.unread').waitFor();
    await look('a list with something unread');

    const states = Object.keys(found);
    expect(found).toEqual(Object.fromEntries(states.map((state) => [state, []])));
  });
});

/** Everything that features add to the page, as a member sees it. */
async function showFeatures(
  page: Page,
  name: string,
  look: (state: string) => Promise<void>,
): Promise<void> {
  await choose(page, 'welcome', 'React with 👍');
  await page.locator('.chip').first().waitFor();
  await choose(page, 'welcome', 'Reply');
  await look('an answer begins');
  await say(page, `an answer from ${name}`);
  await attach(page, [
    { name: 'pixel.png', mimeType: 'image/png', buffer: pixel },
    textFile('notes.txt', 'x'),
  ]);
  await page.getByText('2 files ready').waitFor();
  await look('files to be sent');
  await page.getByLabel('Write a message').press('Enter');
  await page.locator('.message .file').last().waitFor();
  await page.getByLabel('Write a message').pressSequentially('@');
  await page.getByRole('option').first().waitFor();
  await look('names to choose from');
  await page.keyboard.press('Escape');
  await page.getByLabel('Write a message').fill('');
  await look('reactions, quotes, files and pins');
  await page.locator('.pin-bar').click();
  await look('the list of pins');
  await page.keyboard.press('Escape');
  await page.getByLabel('Notifications').press('Enter');
  await look('the bell');
  await page.keyboard.press('Escape');
  await page.locator('.picture').last().press('Enter');
  await look('a picture');
  await page.keyboard.press('Escape');
  await choose(page, 'welcome', 'Reply in thread');
  await page.getByLabel('Reply in the thread').fill('beside');
  await page.keyboard.press('Enter');
  await page.locator('.replies .content').last().waitFor();
  await look('a thread');
  await page.getByLabel('Close the thread').click();
}
