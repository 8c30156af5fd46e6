import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attach,
  choose,
  createPublicGroup,
  joinGroup,
  phone,
  projectOf,
  richFeatures,
  seen,
  shown,
  startDemo,
  textFile,
  write,
} from './demo.ts';
import type { Demo } from './demo.ts';

/** Each of these would call `hit` somewhere: as markup, as a link, in an attribute, in a template. */
const payloads = [
  '<script>hit()</script>',
  '<SCRIPT SRC="data:text/javascript,hit()"></SCRIPT>',
  '</p></li><script>hit()</script>',
  '<img src=x onerror=hit()>',
  '<img src=x onerror="hit()"',
  '<svg onload=hit()>',
  '<svg><script>hit()</script></svg>',
  '<svg><animate onbegin=hit() attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:hit()"><text y="20">press</text></a></svg>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=hit()>',
  '<iframe srcdoc="<script>parent.hit()</script>"></iframe>',
  '<iframe src="javascript:parent.hit()"></iframe>',
  '<object data="javascript:hit()"></object>',
  '<embed src="javascript:hit()">',
  '<body onload=hit()>',
  '<details open ontoggle=hit()>',
  '<input autofocus onfocus=hit()>',
  '<video><source onerror=hit()></video>',
  '<marquee onstart=hit()>',
  '<style>@import "data:text/css,*{color:red}";</style>',
  '<link rel=stylesheet href="data:text/css,*{color:red}">',
  '<base href="https://example.com/">',
  '<meta http-equiv=refresh content="0;url=javascript:hit()">',
  '<form action="javascript:hit()"><button>press</button></form>',
  '<a href="javascript:hit()">press</a>',
  'javascript:hit()',
  '" onmouseover="hit()" x="',
  '${hit()} {{constructor.constructor("hit()")()}}',
  '&lt;img src=x onerror=hit()&gt; &#60;script&#62;hit()',
  '\u202e<script>hit()</script>\u2066\u200f<img src=x onerror=hit()>',
];

/** As names may be: without what turns the direction of text or is invisible. */
const shortened = (payload: string): string =>
  payload.replace(/[\u200f\u202a-\u202e\u2066-\u2069]/g, '');

interface Watched {
  readonly page: Page;
  readonly hits: string[];
}

/** Counts every call of `hit`, every dialog, and every page that is left. */
async function watch(page: Page): Promise<Watched> {
  const hits: string[] = [];
  await page.exposeFunction('hit', () => hits.push('a payload ran'));
  page.on('dialog', (dialog) => {
    hits.push('a dialog');
    void dialog.dismiss();
  });
  page.on('framenavigated', (frame) => {
    if (!frame.url().includes('/demo')) hits.push(`went to ${frame.url()}`);
  });
  return { page, hits };
}

describe('hostile text on the demo page', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo(await projectOf(richFeatures));
  });
  afterAll(() => demo.stop());

  it('C65 thirty payloads as messages, names and titles: none runs, each is shown as text', async () => {
    expect(payloads).toHaveLength(30);
    const [one, two] = await Promise.all([demo.guest(), demo.guest(phone)]);
    const writer = await watch(one.page);
    const reader = await watch(two.page);
    await createPublicGroup(one.page, 'Lobby');
    await joinGroup(two.page, 'Lobby');
    for (const payload of payloads) await write(one.page, payload);
    await seen(two.page, payloads.at(-1)!);
    expect(await shown(one.page)).toEqual(payloads);
    expect(await shown(two.page)).toEqual(payloads);

    // As the name of whoever writes, and as the title of a group, in every place that shows them.
    for (const payload of payloads) {
      const name = shortened(payload).slice(0, 64).trim();
      await rename(one.page, name);
      await two.page.reload();
      await seen(two.page, payloads.at(-1)!);
      await two.page.getByText(name, { exact: true }).first().waitFor();
    }
    await createPublicGroup(one.page, '<img src=x onerror=hit()>');
    await one.page.getByRole('button', { name: /^Lobby/ }).click();
    // The pages are touched and hovered everywhere: some payloads wait for that.
    for (const { page } of [writer, reader])
      for (const content of await page.locator('.content, h2, .name').all())
        if (await content.isVisible()) await content.click();
    expect([writer.hits, reader.hits]).toEqual([[], []]);
    expect([one.errors, two.errors]).toEqual([[], []]);
  });

  it('S72 thirty payloads as names, file names and queries in what features show: none runs', async () => {
    const [one, two] = await Promise.all([demo.guest(), demo.guest(phone)]);
    const [writer, reader] = await Promise.all([watch(one.page), watch(two.page)]);
    const [a, b] = [one.page, two.page];
    await createPublicGroup(a, 'Hostile');
    await joinGroup(b, 'Hostile');
    for (let from = 0; from < payloads.length; from += 10) {
      const names = payloads.slice(from, from + 10);
      const files = names.map((name) => textFile(name, 'x'));
      await attach(a, files);
      await a.getByText('10 files ready').waitFor();
      await write(a, `files from ${from}`);
      await a.locator('.waiting').waitFor({ state: 'detached' });
      await seen(b, `files from ${from}`);
    }
    expect(await b.locator('.message .file').count()).toBe(payloads.length);
    const said = `said: ${payloads[3]!}`;
    await write(a, said);
    await seen(b, said);
    for (const action of ['React with 👍', 'Pin', 'Reply']) await choose(a, said, action);
    await write(a, `@${two.username} ${payloads[5]!}`);
    await a.locator('.quote', { hasText: 'onerror' }).waitFor();
    for (const payload of payloads) {
      await rename(a, shortened(payload).slice(0, 64).trim());
      await a.getByLabel('Find people and public groups').fill(payload);
      await a.locator('.finder [role=status]').filter({ hasText: /./ }).waitFor();
    }
    await b.reload();
    await seen(b, payloads[5]!);
    await b.locator('.pin-bar').click();
    await b.getByRole('dialog').locator('.row').first().hover();
    await b.keyboard.press('Escape');
    await b.locator('.chip').first().hover();
    await b.getByLabel('Write a message').pressSequentially('@');
    await b.getByRole('option').first().waitFor();
    expect([writer.hits, reader.hits]).toEqual([[], []]);
    // A query of too many words is answered with 422, which a console calls an error.
    expect([...one.errors, ...two.errors].filter((text) => !text.includes('422'))).toEqual([]);
  });

  it('the page itself refuses markup and inline script, whatever its code would do', async () => {
    const { page, hits } = await watch((await demo.guest()).page);
    const attempts = [
      `document.body.innerHTML = '<img src=x onerror=hit()>'`,
      `document.body.insertAdjacentHTML('beforeend', '<svg onload=hit()>')`,
      `document.body.setAttribute('onclick', 'hit()'); document.body.click()`,
      `document.body.append(Object.assign(document.createElement('script'), { text: 'hit()' }))`,
      `eval('hit()')`,
      `setTimeout('hit()')`,
      `location.href = 'javascript:hit()'`,
    ];
    // In a task of their own: what the debugger evaluates may do what the page may not.
    for (const attempt of attempts) await page.evaluate(`setTimeout(() => { ${attempt} })`);
    await page.waitForTimeout(500);
    expect(hits).toEqual([]);
  });
});

/** Changes the name of a page's user, as that user. */
async function rename(page: Page, displayName: string): Promise<void> {
  const status = await page.evaluate(async (name) => {
    const { sessionStorage, fetch } = globalThis as unknown as {
      sessionStorage: { getItem(key: string): string };
      fetch: typeof globalThis.fetch;
    };
    const { accessToken } = JSON.parse(sessionStorage.getItem('session')) as {
      accessToken: string;
    };
    const response = await fetch('/v1/users/me', {
      method: 'PATCH',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ displayName: name }),
    });
    return response.status;
  }, displayName);
  expect(status).toBe(200);
}
