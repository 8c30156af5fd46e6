import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 2;

/** Starts something so many times a second, whether or not the ones before are done; their promises. */
export async function startAtRate({ rate, seconds }, start) {
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  const started = [];
  for (let now = begin; now < end; now = performance.now()) {
    while (started.length < ((now - begin) / 1_000) * rate) started.push(start());
    await sleep(TICK_MS);
  }
  return started;
}
