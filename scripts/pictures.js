// Makes the pictures of the README again: docs/pictures/terminal.svg, of a session of the command in
// tmux, and docs/pictures/demo.png, of the demo page of the project that this session made.
// Needs tmux and Chromium, and the built program: `npm run pictures`.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { drawTerminal } from './terminal-svg.js';

const ROOT = join(import.meta.dirname, '..');
const PICTURES = join(ROOT, 'docs/pictures');
const COLUMNS = 72;
const ROWS = 60;
const PORT = '3917';
const PROMPT = /^\$\s*$/m;
// Stands in the picture for the temporary directory that the session really has.
const SHOWN_HOME = '/home/ada';

const place = mkdtempSync(join(tmpdir(), 'pictures-'));
mkdirSync(PICTURES, { recursive: true });
try {
  const screen = await session(place);
  const title = 'Questions and answers of create-chat-backend in a terminal';
  const shown = screen.replaceAll(place, SHOWN_HOME);
  writeFileSync(join(PICTURES, 'terminal.svg'), drawTerminal(shown, { columns: COLUMNS, title }));
  await photographDemo(join(place, 'my-app'), join(PICTURES, 'demo.png'));
} finally {
  rmSync(place, { recursive: true, force: true });
}

/** Types `npx create-chat-backend my-app` and answers each question; returns what the screen shows. */
async function session(directory) {
  // npx finds a program that is installed here before it asks a registry.
  const binaries = join(directory, 'node_modules/.bin');
  mkdirSync(binaries, { recursive: true });
  symlinkSync(join(ROOT, 'bin/create-chat-backend.js'), join(binaries, 'create-chat-backend'));
  const socket = join(directory, 'tmux');
  const tmux = (...args) =>
    execFileSync('tmux', ['-u', '-S', socket, ...args], { encoding: 'utf8' });
  const names = ['NAME', 'EMAIL'].flatMap((kind) =>
    ['AUTHOR', 'COMMITTER'].map((role) => `GIT_${role}_${kind}=ada@example.com`),
  );
  const shell = ['env', ...names, 'PS1=$ ', 'bash', '--norc', '--noprofile'];
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', directory, ...shell);
  const capture = (...flags) => tmux('capture-pane', '-p', '-t', ':0', ...flags);
  const until = async (shown) => {
    for (let tries = 0; !shown.test(capture()); tries += 1) {
      if (tries > 1_200) throw new Error(`${shown} does not appear in:\n${capture()}`);
      await sleep(100);
    }
  };
  const type = (...keys) => tmux('send-keys', '-t', ':0', ...keys);
  try {
    await until(PROMPT);
    type('npx create-chat-backend my-app', 'Enter');
    // Enter takes the default, and the last question would start it. How many questions there are
    // depends on the package managers here.
    for (;;) {
      await until(/^◆.+$|How it works[^]*\n\$\s*$/m);
      const asked = questionIn(capture());
      if (asked === undefined) break;
      type(...(/Start it now/.test(asked) ? ['n', 'Enter'] : ['Enter']));
      while (questionIn(capture()) === asked) await sleep(50);
    }
    return capture('-e').replace(/\$\s*$/, '');
  } finally {
    tmux('kill-server');
  }
}

/** The question that waits for an answer. */
function questionIn(screen) {
  return /^◆ .+$/m.exec(screen)?.[0];
}

/** Photographs a conversation on the demo page, between the users that `npm run seed` makes. */
async function photographDemo(project, file) {
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
