// Makes the pictures of the README again: docs/pictures/terminal.svg, of a session of the command in
// tmux; docs/pictures/demo.png, of the demo page of the project that this session made; and
// docs/pictures/update.svg, of an update of a project of the newest published version.
// Needs tmux and Chromium, and the built program: `npm run pictures`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerQuestions } from './pictures/create.js';
import { photographDemo } from './pictures/demo.js';
import { withTerminal } from './pictures/terminal.js';
import { oldProject, shortened, update } from './pictures/update.js';
import { drawTerminal } from './pictures/terminal-svg.js';

const PICTURES = join(import.meta.dirname, '../docs/pictures');
const QUESTIONS = { columns: 72, rows: 60 };
// Enough for every file.
const UPDATE = { columns: 92, rows: 600 };
// Stands in the picture for the temporary directory that the session really has.
const SHOWN_HOME = '/home/ada';

const place = mkdtempSync(join(tmpdir(), 'pictures-'));
mkdirSync(PICTURES, { recursive: true });
try {
  await withTerminal(place, QUESTIONS, async (terminal) => {
    const title = 'Questions and answers of create-chat-backend in a terminal';
    draw('terminal.svg', await answerQuestions(terminal), { ...QUESTIONS, title });
  });
  await photographDemo(join(place, 'my-app'), join(PICTURES, 'demo.png'));
  await withTerminal(oldProject(place), UPDATE, async (terminal) => {
    const title = 'An update of a project with edits of its owner, in a terminal';
    draw('update.svg', shortened(await update(terminal)), { ...UPDATE, title });
  });
} finally {
  rmSync(place, { recursive: true, force: true });
}

function draw(name, screen, { columns, title }) {
  const shown = screen.replaceAll(place, SHOWN_HOME);
  writeFileSync(join(PICTURES, name), drawTerminal(shown, { columns, title }));
}
