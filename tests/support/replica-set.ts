import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A real MongoDB replica set of one member. */
export interface ReplicaSet {
  readonly uri: string;
  stop(): Promise<void>;
}

const program = `
  import { startMongod } from './tools/mongod.ts';
  const { DATA } = process.env;
  const mongod = await startMongod({ say: () => {}, ...(DATA && { data: DATA }) });
  process.once('SIGTERM', () => void mongod.stop().finally(() => process.exit(0)));
  console.log(mongod.uri);
`;

/** Starts one by the tools of a generated project; with `data` its files stay there. */
export async function startReplicaSet(project: string, data = ''): Promise<ReplicaSet> {
  const child = spawn('node', ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: project,
    env: { ...process.env, DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [uri] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    uri,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
