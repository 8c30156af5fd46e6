import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { inject } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { PROGRAM } from '../support/command.ts';
import { copyOf, projectIn, type GeneratedProject } from '../support/project.ts';
import { scratch } from '../support/scratch.ts';

/** The project that was made and installed for all these tests; its files are not to be changed. */
export const standardProject = (): GeneratedProject => projectIn(inject('standardProject'));

/** A project with these features, which needs no package that the standard project has not. */
export async function projectOf(features: readonly string[]): Promise<GeneratedProject> {
  const directory = join(scratch(), features.join('-'));
  const flags = ['--yes', '--features', features.join(), '--no-install', '--no-git'];
  await execa('node', [PROGRAM, directory, ...flags], { stdin: 'ignore' });
  symlinkSync(join(inject('standardProject'), 'node_modules'), join(directory, 'node_modules'));
  return projectIn(directory);
}

/** What of the page belongs to features, and what they need to be seen. */
export const richFeatures = [
  'demo',
  'presence',
  'receipts',
  'typing',
  'reactions',
  'threads',
  'mentions',
  'pins',
  'attachments',
  'search',
];

/** The demo page of a project, served by `npm run dev`, and a browser. */
export interface Demo {
  readonly url: string;
  readonly browser: Browser;
  /** A new guest on a page of their own, whose console must stay free of errors, in this browser or another. */
  guest(options?: BrowserContextOptions, other?: Browser): Promise<Guest>;
  stop(): Promise<void>;
}

/** Somebody who uses the page. */
export interface Guest {
  readonly page: Page;
  readonly username: string;
  readonly errors: readonly string[];
}

/** A phone that is touched. */
export const phone = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
} as const;

/** Starts the development server on a copy of the project, or on the project given. */
export async function startDemo(project = copyOf(inject('standardProject'))): Promise<Demo> {
  const browser = await launchBrowser();
  const server = await project.start('dev', /http:\/\/\S+\/demo/, { PORT: '0' });
  const url = server.match[0];
  return {
    url,
    browser,
    async guest(options, other = browser) {
      const { page, errors } = await openPage(other, url, options);
      await enterAsGuest(page);
      const name = (await page.locator('.sidebar .bar .hint').textContent()) ?? '';
      return { page, username: name.slice(1), errors };
    },
    async stop() {
      await browser.close();
      await server.stop();
    },
  };
}

/** Enters the demo page as a user of this page only. */
export async function enterAsGuest(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try as a guest' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
}

/** Makes a public group and opens it. */
export async function createPublicGroup(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByLabel('Name of the group').fill(name);
  await page.getByLabel('Everybody can find and join it').check();
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** Finds a public group and joins it. */
export async function joinGroup(page: Page, name: string): Promise<void> {
  await page.getByLabel('Find people and public groups').fill(name);
  await page.getByRole('button', { name: `${name} Public group` }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** Two guests in a public group of their own; the first one owns it. */
export async function pairOf(demo: Demo, name: string) {
  const [anna, ben] = await Promise.all([demo.guest(), demo.guest()]);
  await createPublicGroup(anna.page, name);
  await joinGroup(ben.page, name);
  return { anna, ben, a: anna.page, b: ben.page };
}

/** Finds somebody by their username and opens the conversation with them. */
export async function openDirect(page: Page, username: string): Promise<void> {
  await page.getByLabel('Find people and public groups').fill(username);
  await page
    .locator('.results')
    .getByRole('button', { name: `@${username}` })
    .click();
  await page.getByLabel('Write a message').waitFor();
}

/** Writes a message and waits until it is acknowledged. */
export async function say(page: Page, text: string): Promise<void> {
  await write(page, text);
  await page.locator('.message:not(.waiting)', { hasText: text }).waitFor();
}

/** Writes a message and does not wait for anything. */
export async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Write a message').fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** Chooses something that can be done with a message of the open conversation. */
export async function choose(page: Page, text: string, action: string): Promise<void> {
  const message = page.locator('.message', { hasText: text }).first();
  await message.hover();
  await message.getByLabel('Message actions').click();
  await message.getByRole('button', { name: action, exact: true }).click();
}

/** Presses a key until something has the focus, and Enter on that. */
export async function goTo(page: Page, name: string, key: string): Promise<void> {
  for (let presses = 0; (await focused(page)) !== name; presses += 1) {
    if (presses === 20) throw new Error(`${key} does not lead to ${name}`);
    await page.keyboard.press(key);
  }
  await page.keyboard.press('Enter');
}

/** Gives files to the field of the open conversation. */
export const attach = (page: Page, files: TestFile[]): Promise<void> =>
  page.locator('.thread .composer input[type=file]').setInputFiles(files);

/** A file as a person would choose it. */
export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A file of words. */
export const textFile = (name: string, text: string): TestFile => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(text),
});

/** A picture of one pixel. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A picture as a person would choose it. */
export const picture: TestFile = { name: 'map.png', mimeType: 'image/png', buffer: pixel };

/** Types what is searched, again and again until a message with these words is found: entries come seconds later. */
export async function searchUntilFound(page: Page, query: string, words: string): Promise<Locator> {
  const field = page.getByLabel('Find people and public groups');
  const found = page.locator('.results .row', { hasText: words });
  while ((await found.count()) === 0) {
    await field.fill('');
    await field.pressSequentially(query);
    await page.locator('.finder [role=status]', { hasText: 'found' }).waitFor();
  }
  return found;
}

/** How the element with the focus is known: its label, or its text. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const { activeElement: element } = document;
    return element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  })()`);

/** Waits until a message is shown in the open conversation. */
export const seen = (page: Page, text: string): Promise<void> =>
  page.locator('.content', { hasText: text }).waitFor();

/** The messages of the open conversation, in the order shown. */
export const shown = (page: Page): Promise<string[]> => page.locator('.content').allTextContents();
