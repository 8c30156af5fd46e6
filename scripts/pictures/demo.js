import { execFileSync, spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

const PORT = '3917';

/** Photographs a conversation on the demo page, between the users that `npm run seed` makes. */
export async function photographDemo(project, file) {
  const env = { ...process.env, PORT };
  const server = spawn('npm', ['run', '--silent', 'dev'], { cwd: project, env, detached: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const url = await new Promise((resolve, reject) => {
      let output = '';
      server.stdout.on('data', (chunk) => {
        output += chunk;
        const found = /http:\/\/\S+\/demo/.exec(output);
        if (found) resolve(found[0]);
      });
      server.once('exit', () => reject(new Error(`npm run dev ended:\n${output}`)));
    });
    const seeded = execFileSync('npm', ['run', '--silent', 'seed'], { cwd: project, env });
    const password = / is (\S+)\s*$/.exec(seeded.toString())[1];
    const anna = await signIn(browser, url, 'anna', password);
    const ben = await signIn(browser, url, 'ben', password);
    for (const page of [ben, anna]) await page.getByRole('button', { name: /Sunday hike/ }).click();
    await say(anna, 'I bring the map. And tea for everybody.');
    await say(ben, 'Then I bring the cake.');
    await say(anna, 'See you on Sunday!');
    await ben.getByText('See you on Sunday!').last().waitFor();
    await ben.getByLabel('Write a message').pressSequentially('One more thing');
    await anna.getByText('Ben is writing').waitFor();
    await anna.screenshot({ path: file });
  } finally {
    await browser.close();
    process.kill(-server.pid, 'SIGTERM');
    await new Promise((resolve) => server.once('close', resolve));
  }
}

async function signIn(browser, url, username, password) {
  const viewport = { width: 1000, height: 672 };
  const context = await browser.newContext({ viewport, colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  return page;
}

async function say(page, text) {
  await page.getByLabel('Write a message').fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.message:not(.waiting)', { hasText: text }).waitFor();
}
