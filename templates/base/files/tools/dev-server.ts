import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { formatLog, portIn } from './dev-log.ts';

/** What the server of `npm run dev` needs of its surroundings. */
interface DevServerPorts {
  /** The folder of the project. */
  readonly root: string;
  readonly say: (line: string) => void;
  /** Hears where each new server listens. */
  readonly listening: (port: string) => void;
}

/** The server of `npm run dev`: a process that is started and stopped again and again. */
export class DevServer {
  readonly #ports: DevServerPorts;
  #child: ChildProcess | undefined;

  constructor(ports: DevServerPorts) {
    this.#ports = ports;
  }

  /** Starts it with these variables and no others. */
  start(env: NodeJS.ProcessEnv): void {
    const { root, say, listening } = this.#ports;
    // A URL: in a path, `#` and `%` would be read as parts of one.
    const endWithParent = pathToFileURL(join(root, 'tools/end-with-parent.ts')).href;
    const args = ['--import', 'tsx', '--import', endWithParent, join(root, 'src/main.ts')];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Ctrl-C reaches this process only: the server is stopped once, in order.
      detached: true,
    });
    this.#child = child;
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      say(formatLog(line));
      const port = portIn(line);
      if (port !== undefined) listening(port);
    });
    child.once('exit', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      say(`The server ended (${code}); it starts again when a source or .env changes.`);
    });
  }

  /** Waits until it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
