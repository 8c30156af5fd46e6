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
  const mongod = await startMongod({ say: () => {} });
  process.once('SIGTERM', () => void mongod.stop().then(() => process.exit(0)));
  console.log(mongod.uri);
`;

/** Starts one by the tools of a generated project. */
export async function startReplicaSet(project: string): Promise<ReplicaSet> {
  const child = spawn('node', ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: project,
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
