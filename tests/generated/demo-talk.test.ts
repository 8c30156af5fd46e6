import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  choose,
  createPublicGroup,
  joinGroup,
  openDirect,
  phone,
  say,
  seen,
  shown,
  startDemo,
  write,
} from './demo.ts';
import type { Demo } from './demo.ts';

/** The latest conversation of the list. */
const item = (page: Page) => page.locator('.conversation').first();

/** How far down something stands once it has stood there for a moment: a page that comes moves it. */
async function restingPlace(line: Locator): Promise<number> {
  for (let last = NaN; ; await sleep(100)) {
    const now = (await line.boundingBox())?.y ?? NaN;
    if (now === last) return now;
    last = now;
  }
}

describe('two people on the demo page', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo.stop());

  /** Two guests in a conversation of their own. */
  async function pair(options = {}) {
    const [anna, ben] = await Promise.all([demo.guest(), demo.guest(options)]);
    await openDirect(anna.page, ben.username);
    return { anna, ben, a: anna.page, b: ben.page };
  }

  it('edit and delete what they wrote, in both pages', async () => {
    const { anna, ben, a, b } = await pair();
    await say(a, 'first');
    await say(a, 'second');
    await item(b).click();
    await choose(a, 'first', 'Edit');
    await a.getByLabel('Write a message').fill('first, edited');
    await a.keyboard.press('Enter');
    await b
      .locator('.message', { hasText: 'first, edited' })
      .locator('.meta', { hasText: 'edited' })
      .waitFor();
    await choose(a, 'second', 'Delete');
    await a.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await b.getByText('This message was deleted').waitFor();
    expect(await shown(b)).toEqual(['first, edited', 'This message was deleted']);
    await seen(a, 'This message was deleted');
    expect(await shown(a)).toEqual(await shown(b));
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });

  it('see who writes, what is unread and what was seen', async () => {
    const { a, b } = await pair();
    await say(a, 'one');
    await say(a, 'two');
    await item(b).getByText('2 unread').waitFor();
    await expect.poll(() => b.title(), { timeout: 30_000 }).toBe('(1) Chat');
    expect(await a.locator('.status').textContent()).toBe('Sent');

    await item(b).click();
    await b.locator('.new').waitFor();
    await a.locator('.status', { hasText: 'Seen' }).waitFor();
    await expect.poll(() => b.title(), { timeout: 30_000 }).toBe('Chat');
    expect(await b.locator('.unread').count()).toBe(0);

    await b.getByLabel('Write a message').pressSequentially('three');
    await a.getByText('is writing').waitFor();
    await b.keyboard.press('Enter');
    await seen(a, 'three');
    await a.getByText('is writing').waitFor({ state: 'detached' });
    await b.locator('.new').waitFor({ state: 'detached' });
  });

  it('have one pane on a phone, with the way back, and nothing beside the screen', async () => {
    const { ben, a, b } = await pair(phone);
    await say(a, 'a word that does not end: '.concat('x'.repeat(300)));
    expect(await b.locator('.thread').isVisible()).toBe(false);
    await item(b).tap();
    await b.getByLabel('Write a message').waitFor();
    expect(await b.locator('.sidebar').isVisible()).toBe(false);
    const width = await b.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBe(phone.viewport.width);

    await b.getByRole('button', { name: 'Back to the conversations' }).tap();
    await item(b).waitFor();
    await item(b).tap();
    await b.getByLabel('Write a message').waitFor();
    await b.goBack();
    await item(b).waitFor();
    expect(await b.locator('.thread').isVisible()).toBe(false);
    await b.goForward();
    await b.getByLabel('Write a message').waitFor();
    await b.reload();
    await b.getByLabel('Write a message').waitFor();
    expect(ben.errors).toEqual([]);
  });

  it('read on where they were: history upwards, page by page, each message once', async () => {
    const { ben, a, b } = await pair(phone);
    const texts = Array.from({ length: 120 }, (_, index) => `message ${index + 1}.`);
    for (const text of texts) await write(a, text);
    await a.locator('.waiting').first().waitFor({ state: 'detached', timeout: 60_000 });
    await b.reload();
    await item(b).getByText('120 unread').waitFor();
    await item(b).click();
    await seen(b, 'message 120.');
    expect((await shown(b)).length).toBe(50);

    const first = b.locator('.content', { hasText: 'message 71.' });
    await first.scrollIntoViewIfNeeded();
    const before = await restingPlace(first);
    await seen(b, 'message 21.');
    expect(Math.abs((await restingPlace(first)) - before)).toBeLessThan(2);
    while ((await shown(b)).length < texts.length) await b.locator('.scroll').press('Home');
    expect(await shown(b)).toEqual(texts);
    await b.getByText('This is the start of your conversation').waitFor();
    expect(ben.errors).toEqual([]);
  });

  it('are told why a message is refused, and can try it again', async () => {
    const { anna, ben, a, b } = await pair();
    await say(a, 'hello');
    const me = await call(a, 'GET', '/users/me');
    await call(b, 'PUT', `/users/${me.id}/block`);
    await write(a, 'refused');
    const failed = a.locator('.failed', { hasText: 'refused' });
    await failed.getByText('Not sent').waitFor();
    await call(b, 'DELETE', `/users/${me.id}/block`);
    await failed.getByRole('button', { name: 'Try again' }).click();
    await item(b).click();
    await seen(b, 'refused');
    expect(await shown(b)).toEqual(['hello', 'refused']);
    expect(await shown(a)).toEqual(await shown(b));
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });

  it('write while they are offline: it is sent, once, when the connection is back', async () => {
    const { a, b } = await pair();
    await say(a, 'before');
    await item(b).click();
    await a.context().setOffline(true);
    await a.getByText('You are offline').waitFor();
    await write(a, 'meanwhile');
    await a.locator('.waiting', { hasText: 'meanwhile' }).waitFor();
    await a.context().setOffline(false);
    await a.getByText('You are offline').waitFor({ state: 'detached' });
    await seen(b, 'meanwhile');
    await a.locator('.waiting').waitFor({ state: 'detached' });
    expect(await shown(a)).toEqual(['before', 'meanwhile']);
    expect(await shown(b)).toEqual(['before', 'meanwhile']);
  });

  it('need no mouse: the keyboard reaches everything and the focus is never lost', async () => {
    const { a, b } = await pair();
    const focused = () =>
      a.evaluate<string>(`
      const { activeElement } = document;
      activeElement.getAttribute('aria-label') ?? activeElement.textContent
    `);
    expect(await focused()).toBe('Write a message');
    await a.keyboard.type('first line');
    await a.keyboard.press('Shift+Enter');
    await a.keyboard.type('second line');
    await a.keyboard.press('Enter');
    await seen(a, 'first line');
    expect([await focused(), await shown(a)]).toEqual([
      'Write a message',
      ['first line\nsecond line'],
    ]);

    await a.keyboard.press('ArrowUp');
    await a.keyboard.press('Control+A');
    await a.keyboard.type('never mind');
    await a.keyboard.press('Escape');
    expect(await shown(a)).toEqual(['first line\nsecond line']);
    await a.getByRole('button', { name: 'New group' }).focus();
    await a.keyboard.press('Enter');
    await a.getByRole('dialog').waitFor();
    await a.keyboard.press('Escape');
    expect(await focused()).toBe('New group');

    await item(a).focus();
    await item(b).click();
    await say(b, 'an answer changes the item of the list');
    await item(a).getByText('an answer').waitFor();
    expect(await focused()).toContain('an answer');
    await a.keyboard.press('Enter');
    expect(await focused()).toBe('Write a message');
  });

  it('add people to a group and leave it', async () => {
    const [anna, ben] = await Promise.all([demo.guest(), demo.guest()]);
    const [a, b] = [anna.page, ben.page];
    await createPublicGroup(a, 'Garden');
    await a.getByRole('button', { name: 'Members' }).click();
    await a.getByRole('searchbox', { name: 'Add people' }).fill(ben.username);
    await a.locator('dialog .results').getByRole('button').click();
    await a.locator('.people').getByText(`@${ben.username}`).waitFor();
    await a.keyboard.press('Escape');
    await a.getByText('2 members').waitFor();
    await b.getByRole('button', { name: 'Garden' }).click();
    await say(b, 'thank you');
    await seen(a, 'thank you');
    await b.getByRole('button', { name: 'Members' }).click();
    await b.getByRole('button', { name: 'Leave the group' }).click();
    await b.getByText('No conversations yet').waitFor();
    await a.getByText('1 member').waitFor();
    await joinGroup(b, 'Garden');
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });

  it('sign out, and an end of the sign-in elsewhere ends it here', async () => {
    const { a, b } = await pair();
    await a.getByRole('button', { name: 'Sign out' }).click();
    await a.getByRole('heading', { name: 'Sign in' }).waitFor();
    await a.reload();
    await a.getByRole('heading', { name: 'Sign in' }).waitFor();
    await call(b, 'POST', '/auth/logout');
    await b.getByText('Your sign-in has ended').waitFor();
    expect(await b.evaluate<number>('sessionStorage.length')).toBe(0);
  });
});

/** Calls the API as the user of a page. */
function call(page: Page, method: string, path: string): Promise<{ id: string }> {
  return page.evaluate(`(async () => {
    const { accessToken } = JSON.parse(sessionStorage.getItem('session'));
    const headers = { authorization: 'Bearer ' + accessToken };
    const response = await fetch('/v1${path}', { method: '${method}', headers });
    return response.status === 204 ? {} : response.json();
  })()`);
}
