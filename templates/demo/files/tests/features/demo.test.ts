import { expect, it } from 'vitest';
import { commands } from '../../src/contract/index.ts';
import { sharedVariables, startApp } from '../support/app.ts';

it('the page and everything that it loads, and that loads in turn, is served', async () => {
  const { url } = await startApp();
  const seen = new Map<string, string>();

  async function load(path: string): Promise<void> {
    if (seen.has(path)) return;
    const response = await fetch(url + path);
    const text = await response.text();
    expect([path, response.status]).toEqual([path, 200]);
    seen.set(path, response.headers.get('content-type') ?? '');
    const isLibrary = path.startsWith('/demo/library/');
    const links = isLibrary ? [] : text.matchAll(/(?:href|src)="([^"]+)"|from ?['"]([^'"]+)['"]/g);
    for (const [, link, module] of links)
      await load(new URL(link ?? module!, `${url}${path}`).pathname);
  }
  await load('/demo');

  const scripts = [...seen].filter(([path]) => /\.[jt]s$/.test(path));
  expect(scripts.length).toBeGreaterThan(10);
  for (const [, type] of scripts) expect(type).toMatch(/javascript/);
  expect(seen.get('/demo/page/icon.svg')).toMatch(/svg/);
});

it('C53 has a policy without anything inline, and nothing inline in the page', async () => {
  const { url } = await startApp();
  for (const path of ['/demo', '/demo/page/main.js', '/demo/page/theme.css']) {
    const policy = (await fetch(url + path)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|sha256|nonce|https?:|data:|\*/);
  }
  const page = await (await fetch(`${url}/demo`)).text();
  expect(page).not.toMatch(/<style|style=|\son\w+=|<script[^>]*>[^<]/);
});

it('C53 lets the page use other origins only as DEMO_ORIGINS says, and nothing that is more', async () => {
  const { url } = await startApp({ DEMO_ORIGINS: 'https://a.example,http://127.0.0.1:9000' });
  const policy = (await fetch(`${url}/demo`)).headers.get('content-security-policy') ?? '';
  const others = 'https://a.example http://127.0.0.1:9000';
  expect(policy).toContain(`; img-src 'self' ${others}; connect-src 'self' ${others};`);
  expect(policy).toContain("script-src 'self';");
  for (const DEMO_ORIGINS of ["https://a.example; script-src 'unsafe-inline'", 'data:', '*'])
    await expect(startApp({ DEMO_ORIGINS })).rejects.toThrow(/DEMO_ORIGINS/);
});

it('serves its own files only', async () => {
  const { url } = await startApp();
  const paths = ['..%2fpackage.json', '..%2f.env', '.env', 'main', 'nothing.js', 'main.js%00.css'];
  for (const folder of ['page', 'client', 'library', 'src', '..'])
    for (const path of paths) {
      const response = await fetch(`${url}/demo/${folder}/${path}`);
      expect([path, response.status]).toEqual([path, 404]);
    }
});

it('tells the page which commands there are', async () => {
  const { url } = await startApp();
  expect(await (await fetch(`${url}/demo/commands.json`)).json()).toEqual(Object.keys(commands));
});

it.each([
  ['', 404],
  ['true', 200],
])('in production it is served only when DEMO_PAGE says so: %j', async (DEMO_PAGE, status) => {
  const variables = sharedVariables({ DEMO_PAGE });
  await startApp(variables).then(({ app }) => app.stop()); // sets the database up
  const { url } = await startApp({ ...variables, NODE_ENV: 'production' });
  expect((await fetch(`${url}/demo`)).status).toBe(status);
  expect((await fetch(`${url}/demo/page/main.ts`)).status).toBe(status);
});

it('is not served in development where DEMO_PAGE is false', async () => {
  const { url } = await startApp({ DEMO_PAGE: 'false' });
  expect((await fetch(`${url}/demo`)).status).toBe(404);
});
