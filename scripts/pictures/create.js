import { setTimeout as sleep } from 'node:timers/promises';

/** Types `npx create-chat-backend my-app` and answers each question; returns what the screen shows. */
export async function answerQuestions({ capture, until, type }) {
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
}

/** The question that waits for an answer. */
function questionIn(screen) {
  return /^◆ .+$/m.exec(screen)?.[0];
}
