import { fork } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A process with clients. */
export interface LoadChild {
  call<Answer = void>(name: string, input?: object): Promise<Answer>;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts a program of tests/suites in its project; it ends with the test. */
export function startChild(project: string, program = 'load'): LoadChild {
  const child = fork(join(project, 'tests/load', `${program}.ts`), {
    cwd: project,
    execArgv: ['--import', 'tsx'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply));
  child.once('exit', (code, signal) =>
    waiting.forEach((settle, id) => settle({ id, error: `ended with ${code ?? signal}` })),
  );
  return {
    call: <Answer>(name: string, input: object = {}) =>
      new Promise<Answer>((resolve, reject) => {
        const id = (last += 1);
        waiting.set(id, ({ value, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(value as Answer);
          else reject(new Error(`${program} ${name}: ${error}`));
        });
        child.send({ id, name, input });
      }),
  };
}
