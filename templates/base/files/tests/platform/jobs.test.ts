import { expect, it } from 'vitest';
import { newId } from '../../src/platform/database/ids.ts';
import { Jobs } from '../../src/platform/jobs/jobs.ts';
import { limits } from '../../src/configs/limits.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { createModels } from '../../src/models/index.ts';
import { startApp, until } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';

/** The jobs of a node whose clock the test moves. */
async function createNode() {
  const app = await startApp();
  const { connection } = app.app;
  let now = Date.now();
  const lines: string[] = [];
  const jobs = new Jobs({
    models: createModels(connection),
    clock: { now: () => new Date(now) },
    log: createLogger({ LOG_LEVEL: 'info' }, { write: (line) => void lines.push(line) }),
  });
  onTestFinished(() => jobs.stop());
  const rows = () => connection.collection('jobs').find().toArray();
  return {
    jobs,
    rows,
    /** What its log says of a job. */
    said: (subject: string) =>
      lines.map((line) => JSON.parse(line)).filter((line) => line.subject === subject),
    /** Lets time pass, and has the node look for work, until a condition holds. */
    async later(ms: number, condition: () => boolean | Promise<boolean>): Promise<void> {
      now += ms;
      await until(async () => {
        await jobs.add('nothing', newId().toHexString(), async () => {});
        return condition();
      });
    },
  };
}

it('a job does what every part added to it, in order, and all of it again when one fails', async () => {
  const { jobs, later } = await createNode();
  const subject = newId().toHexString();
  const calls: string[] = [];
  jobs.handle('clear', async (id) => calls.push(`core ${id}`));
  jobs.handle('clear', async (id) => {
    if (calls.push(`feature ${id}`) === 2) throw new Error('not now');
  });
  await jobs.add('clear', subject, async () => {});
  await until(() => calls.length === 2);
  await later(600_000, () => calls.length === 4); // the lease of the failed try has ended
  expect(calls).toEqual([1, 2].flatMap(() => [`core ${subject}`, `feature ${subject}`]));
});

it('C70 a job is done a second time, when every write that was under way at the first has ended', async () => {
  const { jobs, rows, later, said } = await createNode();
  const subject = newId().toHexString();
  let runs = 0;
  jobs.handle('clear', async () => void (runs += 1));
  const row = async () => (await rows()).find(({ kind }) => kind === 'clear');
  await jobs.add('clear', subject, async () => {});
  await until(async () => (await row())?.['isSecond'] === true);
  await jobs.add('clear', subject, async () => {}); // it is stored already
  await later(limits.database.socketTimeoutMs - 1, () => true);
  expect(runs).toBe(1);
  await later(2, () => said(subject).length === 2);
  expect([runs, await row()]).toEqual([2, undefined]);
  const line = { level: 'info', time: expect.any(String), job: 'clear', subject };
  expect(said(subject)).toEqual([
    { ...line, msg: 'job done, to be repeated' },
    { ...line, msg: 'job done for the second time' },
  ]);
});

it('C70 a job is stored with the change that makes it due, or neither is', async () => {
  const app = await startApp();
  const { connection } = app.app;
  const { jobs, rows } = await createNode();
  const subject = newId().toHexString();
  const change = (error?: Error) =>
    jobs.add('clear', subject, async (session) => {
      await connection.collection('users').findOne({}, {});
      if (error) throw error;
      return session.inTransaction();
    });
  await expect(change(new Error('not now'))).rejects.toThrow('not now');
  expect(await rows()).toEqual([]);
  expect(await change()).toBe(true);
  expect(await change()).toBeUndefined();
  expect(await rows()).toHaveLength(1);
});
