import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFeatures, readFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { launchBrowser } from '../support/browser.ts';
import { combinations } from '../support/combinations.ts';
import { documentsOf, judgeAsyncApi, judgeOpenApi, operationsOf } from '../support/documents.ts';
import type { Documents } from '../support/documents.ts';
import { findings } from '../support/findings.ts';
import { GUIDE, writeGuide } from '../support/guide.ts';
import { scratch } from '../support/scratch.ts';
import { ANSWERS } from '../support/templates.ts';
import { workbench } from '../support/workbench.ts';

const everything = combinations(loadFeatures(TEMPLATES)).find((set) => set.includes('api-docs'));
const names = ['everything', 'core', 'new feature'] as const;
const documents = new Map<string, Documents>();

beforeAll(async () => {
  const directory = join(scratch(), 'templates');
  cpSync(TEMPLATES, directory, { recursive: true });
  writeGuide(dirname(directory), GUIDE);
  const templates = readFeatures(directory);
  const sets = [everything ?? [], ['api-docs'], ['api-docs', 'ping']];
  const projects = await workbench(
    new Map(
      names.map((name, index) => [
        name,
        planProject({ ...ANSWERS, features: sets[index] ?? [] }, templates),
      ]),
    ),
  );
  for (const name of names) documents.set(name, await documentsOf(projects.directoryOf(name)));
});

function of(name: string): Documents {
  const found = documents.get(name);
  if (found === undefined) throw new Error(`no documents of ${name}`);
  return found;
}

describe('the documents of the API', () => {
  it.each(names)('S38 of %s have the form of OpenAPI 3.1 and AsyncAPI 3.0', async (name) => {
    const { openApi, asyncApi } = of(name);
    expect(await judgeOpenApi(openApi)).toEqual([]);
    expect(judgeAsyncApi(asyncApi)).toEqual([]);
  });

  it('would not pass with a mistake', async () => {
    const { openApi, asyncApi } = of('core');
    for (const wrong of [{ openapi: '3.0.0' }, { paths: { 'no-slash': {} } }, { servers: 'here' }])
      expect(await judgeOpenApi({ ...openApi, ...wrong })).not.toEqual([]);
    for (const wrong of [
      { asyncapi: '2.6.0' },
      { operations: { one: { action: 'shout' } } },
      { channels: [] },
    ])
      expect(judgeAsyncApi({ ...asyncApi, ...wrong })).not.toEqual([]);
  });

  it('describe a new feature without an edit of theirs', () => {
    const added = operationsOf(of('new feature')).filter(
      (operation) => !operationsOf(of('core')).includes(operation),
    );
    expect(added).toEqual(['ping']);
    expect(of('new feature').page).toContain('/v1/ping');
  });
});

describe('the page of the API', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  it.each([
    ['a phone', 360, 'light'],
    ['a desktop in the dark', 1280, 'dark'],
  ] as const)('is readable for everybody on %s', async (_, width, colorScheme) => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    await page.setContent(of('everything').page);
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await findings(page)).toEqual([]);
    await context.close();
  });

  it('opens what a link leads to', async () => {
    const page = await browser.newPage();
    await page.setContent(of('core').page);
    expect(await page.getByText('deviceLabel').first().isVisible()).toBe(false);
    await page.evaluate(`location.hash = 'register'`);
    await page.getByText('deviceLabel').first().waitFor({ state: 'visible' });
    await page.close();
  });
});
