import { expect, it } from 'vitest';
import { Origins } from '../../src/platform/http/origins.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { next, startApp, testVariables } from '../support/app.ts';

/** The origins of an environment, with what they write into the log. */
function origins(variables: Record<string, string>) {
  const env = parseEnvironment(testVariables({ LOG_LEVEL: 'info', ...variables }));
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(env, { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, origins: new Origins(env, log) };
}

const host = 'chat.example.com';

it('C49 C50 allows its own page and the listed ones, and in development those of this machine', () => {
  const listed = 'https://app.example.com';
  for (const [NODE_ENV, isDevelopment] of [
    ['development', true],
    ['production', false],
  ] as const) {
    const { origins: allowed } = origins({ NODE_ENV, ALLOWED_ORIGINS: listed });
    for (const origin of [`http://${host}`, `https://${host}`, listed])
      expect([origin, allowed.allows(origin, host)]).toEqual([origin, true]);
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3001', 'http://localhost'])
      expect([NODE_ENV, origin, allowed.allows(origin, host)]).toEqual([
        NODE_ENV,
        origin,
        isDevelopment,
      ]);
    for (const origin of [
      'null',
      'http://localhost.evil.example',
      'http://localhost:1.evil.example',
      'http://127.0.0.1.evil.example:80',
      `https://${host}:444`,
      `https://${host}.evil.example`,
    ])
      expect([origin, allowed.allows(origin, host)]).toEqual([origin, false]);
    expect(allowed.allows('http://undefined', undefined)).toBe(false);
  }
});

it('C49 C67 logs a refused origin once, and no text that is no origin', () => {
  const { origins: allowed, lines } = origins({});
  for (let time = 0; time < 3; time += 1) {
    allowed.allows('https://app.example.com', host);
    allowed.allows('a text of somebody', host);
  }
  expect(lines).toEqual([
    expect.objectContaining({ level: 'warn', origin: 'https://app.example.com' }),
    expect.not.objectContaining({ origin: expect.anything() }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('a text of somebody');
  // Whoever invents origins fills neither the log nor the memory.
  for (let count = 0; count < 1_000; count += 1) allowed.allows(`https://x${count}.example`, host);
  expect(lines.length).toBe(100);
});

it('C49 C50 a page on this machine may use a backend in development, by requests and by a socket', async () => {
  const app = await startApp({ NODE_ENV: 'development', ALLOWED_ORIGINS: 'https://a.example' });
  const origin = 'http://localhost:5173';
  const answer = await fetch(`${app.url}/livez`, { headers: { origin } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  const { token } = await app.register();
  await next(app.open(token, { extraHeaders: { origin } }), 'ready');
});
