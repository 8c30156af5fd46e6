import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirect, projectOf, say, seen, startDemo } from './demo.ts';
import type { Demo } from './demo.ts';

describe('the demo page of a project with no other feature', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo(await projectOf(['demo']));
  });
  afterAll(() => demo.stop());

  it('talks, counts what is new, and shows nothing that the backend does not have', async () => {
    const [anna, ben] = await Promise.all([demo.guest(), demo.guest()]);
    const [a, b] = [anna.page, ben.page];
    const sent: string[] = [];
    a.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => sent.push(String(payload))),
    );
    await a.reload();
    await openDirect(a, ben.username);
    await say(a, 'hello');
    const item = b.getByRole('button', { name: 'hello' });
    await item.getByText('1 unread').waitFor();
    await item.click();
    await seen(b, 'hello');
    await b.getByText('1 unread').waitFor({ state: 'detached' });
    await say(b, 'hello yourself');
    await a.getByLabel('Write a message').pressSequentially('how are you?');
    await a.keyboard.press('Enter');
    await seen(b, 'how are you?');
    expect(await a.locator('.status').textContent()).toBe('Sent');
    expect(await a.locator('.thread .bar .hint').textContent()).toBe(`@${ben.username}`);

    // Nothing was even tried: a refused command would count against its user.
    expect(sent.join('\n')).toContain('message:send');
    expect(sent.join('\n')).not.toMatch(/typing:|receipt:|presence:/);
    expect([...anna.errors, ...ben.errors]).toEqual([]);
    await b.reload();
    await item.waitFor({ state: 'detached' });
    await b.getByRole('button', { name: 'how are you?' }).waitFor();
    expect(await b.locator('.unread').count()).toBe(0);
  });
});
