import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { testVariables, until } from './support/app.ts';
import { freePort, says, startProcess } from './support/process.ts';

const variables = (changes: Record<string, string> = {}) =>
  testVariables({ LOG_LEVEL: 'info', ...changes });

/** A request whose body does not come. */
async function holdRequest(url: string): Promise<void> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  await fetch(`${url}/livez`); // so that it has arrived
}

it('F14 a signal while it waits for the database ends it with 0', async () => {
  const uri = `mongodb://127.0.0.1:${await freePort()}/chat?replicaSet=development`;
  const backend = startProcess(variables({ MONGODB_URI: uri }));
  await until(says(backend, 'the database does not answer, trying again'), 20_000);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  expect(backend.errors()).toBe('');
});

it('F13 C59 a signal ends it with 0, also while a body does not come', async () => {
  const backend = startProcess(variables());
  const url = await backend.listening();
  await holdRequest(url);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  expect(backend.log.slice(-2).map(({ msg }) => msg)).toEqual(expect.arrayContaining(['stopped']));
});

it('F14 a second signal ends it at once with 1', async () => {
  const backend = startProcess(variables());
  await holdRequest(await backend.listening());
  backend.child.kill('SIGINT');
  await until(says(backend, 'stopping'));
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(1);
  expect(says(backend, 'stopped')()).toBe(false);
});

it('C69 an error that nobody caught is logged, and the process drains and ends with 1', async () => {
  for (const [event, code] of [
    ['uncaughtException', 'throw new Error("injected")'],
    ['unhandledRejection', 'Promise.reject(new Error("injected"))'],
  ] as const) {
    const fault = `data:text/javascript,process.once("SIGUSR2", () => { ${code} })`;
    const backend = startProcess(variables(), ['--import', fault]);
    await backend.listening();
    backend.child.kill('SIGUSR2');
    expect(await backend.exit).toBe(1);
    const fatal = backend.log.find(({ level }) => level === 'fatal');
    expect(fatal).toMatchObject({ msg: event, err: { message: 'injected' } });
    expect(backend.log.at(-1)).toMatchObject({ msg: 'stopped' });
  }
});
