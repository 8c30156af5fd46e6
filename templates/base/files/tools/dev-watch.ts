import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join, relative } from 'node:path';

/** What the watch needs of its surroundings. */
interface SourceWatchPorts {
  /** The folder of the project. */
  readonly root: string;
  readonly say: (line: string) => void;
  /** Hears of a file that is new, another or gone. */
  readonly changed: (file: string) => void;
}

const pauseMs = 150; // editors write a file in several steps
const pollMs = 1_000;

/**
 * Looks after what a server is made of: the sources in `src`, and `.env`. The system only says that it
 * is time to look, whatever temporary files an editor writes; where the system cannot, a clock does.
 */
export class SourceWatch {
  readonly #ports: SourceWatchPorts;
  readonly #watchers = new Map<string, FSWatcher>();
  #files: ReadonlyMap<string, string> = new Map();
  #pause: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  constructor(ports: SourceWatchPorts) {
    this.#ports = ports;
  }

  /** Tells of what changes from now on. */
  start(): void {
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#pause);
    clearInterval(this.#poll);
    this.#watchOnly([]);
  }

  #look(): void {
    const { files, folders } = readSources(this.#ports.root);
    if (this.#poll === undefined) this.#watchOnly(folders);
    const before = this.#files;
    this.#files = files;
    const names = [...new Set([...before.keys(), ...files.keys()])];
    const changed = names.find((name) => before.get(name) !== files.get(name));
    if (changed !== undefined && before.size > 0) this.#ports.changed(changed);
  }

  #watchOnly(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers)
      if (!folders.includes(folder)) this.#forget(folder, watcher);
    try {
      for (const folder of folders) if (!this.#watchers.has(folder)) this.#watch(folder);
    } catch (error) {
      this.#fall(error as NodeJS.ErrnoException);
    }
  }

  #watch(folder: string): void {
    const watcher = watch(folder, () => {
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#look(), pauseMs);
    });
    this.#watchers.set(folder, watcher);
    watcher.on('error', (error: NodeJS.ErrnoException) => {
      // Windows says so of a folder that is gone.
      if (error.code === 'EPERM') this.#forget(folder, watcher);
      else this.#fall(error);
    });
  }

  #forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(folder);
  }

  /** From now on by the clock. */
  #fall({ code, message }: NodeJS.ErrnoException): void {
    if (code === 'ENOENT') return; // gone meanwhile: its parent has told it
    this.#watchOnly([]);
    if (this.#poll !== undefined) return;
    const limit =
      code === 'EMFILE' ? 'fs.inotify.max_user_instances' : 'fs.inotify.max_user_watches';
    const hint = process.platform === 'linux' ? `; sudo sysctl ${limit}=… raises the limit` : '';
    this.#ports.say(
      `The system does not watch files here (${code ?? message}), so they are looked at every second${hint}.`,
    );
    this.#poll = setInterval(() => this.#look(), pollMs);
  }
}

/** What each file says of its content, and the folders in which something may change. */
function readSources(root: string) {
  const files = new Map<string, string>();
  const folders = [root, join(root, 'src')];
  const note = (path: string): void => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined)
      files.set(relative(root, path), `${stats.mtimeMs} ${stats.ctimeMs} ${stats.size}`);
  };
  note(join(root, '.env'));
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else if (isSource(entry.name)) note(path);
  }
  return { files, folders };
}

/** Editors also write `.#x.ts`, `#x.ts#`, `x.ts~`, `.x.ts.swp` and `4913`. */
const isSource = (name: string): boolean => /^[^.#].*\.(?:ts|json)$/.test(name);
