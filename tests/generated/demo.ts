import type { Page } from 'playwright-core';

/** Enters the demo page as a user of this page only. */
export async function enterAsGuest(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try as a guest' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
}

/** Makes a public group and opens it. */
export async function createPublicGroup(page: Page, name: string): Promise<void> {
  await page.getByText('New group').click();
  await page.getByLabel('Name of the group').fill(name);
  await page.getByLabel('Everybody can find and join it').check();
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** Finds a public group and joins it. */
export async function joinGroup(page: Page, name: string): Promise<void> {
  await page.getByLabel('Find people and public groups').fill(name);
  await page.getByRole('button', { name: `${name} public` }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** Writes a message and waits until it is acknowledged. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Write a message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.message:not(.waiting)', { hasText: text }).waitFor();
}

/** Waits until a message is shown in the open conversation. */
export const seen = (page: Page, text: string): Promise<void> =>
  page.locator('.content', { hasText: text }).waitFor();

/** The messages of the open conversation, in the order shown. */
export const shown = (page: Page): Promise<string[]> => page.locator('.content').allTextContents();
