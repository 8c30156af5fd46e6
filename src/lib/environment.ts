import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

// Everything a package manager and git need to reach a registry and their own settings. Not here,
// because they change what is installed or where: NODE_ENV, NODE_OPTIONS, CI, GIT_DIR and its
// relatives, and the npm_config_* of the npm that runs us.
const ALLOWED = [
  /^(?:path|pathext|home|user|username|logname|shell|tmp|temp|tmpdir|lang|lc_.+|tz)$/i,
  /^(?:systemroot|systemdrive|windir|comspec|userprofile|homedrive|homepath|appdata|localappdata|programdata|programfiles.*)$/i,
  /^(?:https?_proxy|no_proxy|all_proxy|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir|node_use_env_proxy)$/i,
  /^npm_config_(?:registry|cache|userconfig|globalconfig|(?:https_?)?proxy|noproxy|ca|cafile|cert|key|strict_ssl|fetch_.+|.+:registry|.*_auth_?token)$/i,
  // Where the tests of the new project find their database.
  /^mongoms_.+/i,
  /^(?:npm_token|node_auth_token|xdg_.+|pnpm_home|bun_install|corepack_.+|volta_home|asdf_.+|mise_.+|fnm_.+|nvm_dir)$/i,
  /^(?:git_(?:author|committer)_(?:name|email|date)|email|git_config_(?:global|system|nosystem))$/i,
];

/** The environment a child gets: what is on the list, and nothing else. */
export function childEnvironment(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => ALLOWED.some((pattern) => pattern.test(name))),
  );
}

/** Whether a variable says yes: it is there, and is neither empty nor a word for no. */
export function isSet(environment: Environment, name: string): boolean {
  return !['', '0', 'false', undefined].includes(environment[name]);
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

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Whatever the reason, a program that cannot be reached cannot be run.
    return false;
  }
}
