import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One program to run, without a shell. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called with everything the program prints, when it prints it. */
  readonly onOutput?: (text: string) => void;
}

/** How a program ended. */
export interface Ended {
  /** Exit code; null when it could not be started or was stopped. */
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, in the order in which they were printed. */
  readonly output: string;
  readonly stopped: 'no' | 'aborted' | 'too slow';
}

const KILL_AFTER_MS = 5_000;

// Everything a package manager and git need to reach a registry and their own settings. Not here,
// because they change what is installed or where: NODE_ENV, NODE_OPTIONS, CI, GIT_DIR and its
// relatives, and the npm_config_* of the npm that runs us.
const ALLOWED = [
  /^(?:path|pathext|home|user|username|logname|shell|tmp|temp|tmpdir|lang|lc_.+|tz)$/i,
  /^(?:systemroot|systemdrive|windir|comspec|userprofile|homedrive|homepath|appdata|localappdata|programdata|programfiles.*)$/i,
  /^(?:https?_proxy|no_proxy|all_proxy|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir|node_use_env_proxy)$/i,
  /^npm_config_(?:registry|cache|userconfig|globalconfig|(?:https_?)?proxy|noproxy|ca|cafile|cert|key|strict_ssl|fetch_.+|.+:registry|.*_auth_?token)$/i,
  /^(?:npm_token|node_auth_token|xdg_.+|pnpm_home|bun_install|corepack_.+|volta_home|asdf_.+|mise_.+|fnm_.+|nvm_dir)$/i,
  /^(?:git_(?:author|committer)_(?:name|email|date)|email|git_config_(?:global|system|nosystem))$/i,
];

/** The environment a child gets: what is on the list, and nothing else. */
export function childEnvironment(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => ALLOWED.some((pattern) => pattern.test(name))),
  );
}

/** Whether a program can be found, without running it. */
export function isOnPath(program: string, environment: Environment): boolean {
  const find = (name: string): string | undefined =>
    Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1];
  const endings = process.platform === 'win32' ? (find('PATHEXT') ?? '.EXE;.CMD').split(';') : [''];
  return (find('PATH') ?? '')
    .split(delimiter)
    .filter(Boolean)
    .some((directory) => endings.some((end) => isProgram(join(directory, program + end))));
}

/** Runs a program to its end. Resolves however it ends; only a bug of ours rejects. */
export async function runProgram(command: Command): Promise<Ended> {
  // Imported here because it takes longer to load than all the rest, and many runs need no program.
  const { execa } = await import('execa');
  const child = execa(command.program, command.args, {
    cwd: command.cwd,
    env: command.environment as Record<string, string>,
    extendEnv: false,
    preferLocal: false,
    reject: false,
    all: true,
    // A question could not be seen: the output is captured.
    ...(command.input === undefined ? { stdin: 'ignore' as const } : { input: command.input }),
    forceKillAfterDelay: KILL_AFTER_MS,
    ...(command.signal && { cancelSignal: command.signal }),
    ...(command.timeoutMs !== undefined && { timeout: command.timeoutMs }),
  });
  // What a stopped program started may hold its streams open; nobody waits for that.
  child.once('exit', () => {
    if (!child.killed) return;
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  if (command.onOutput) child.all.on('data', (chunk) => command.onOutput?.(String(chunk)));
  const ended = await child;
  return {
    code: ended.exitCode ?? null,
    stdout: ended.stdout,
    output: ended.all || (ended.failed ? (ended.originalMessage ?? '') : ''),
    stopped: ended.isCanceled ? 'aborted' : ended.timedOut ? 'too slow' : 'no',
  };
}

/** The last lines of a program's output. */
export function lastLines(output: string, count = 20): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Whatever the reason, a program that cannot be reached cannot be run.
    return false;
  }
}
