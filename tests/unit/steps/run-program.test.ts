import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../../src/lib/environment.ts';
import { lastLines } from '../../../src/steps/run-program.ts';

describe('childEnvironment', () => {
  it('keeps what leads to programs, homes, registries and names', () => {
    const environment = {
      PATH: '/bin',
      HOME: '/home/ada',
      Path: 'C:\\bin',
      npm_config_registry: 'r',
      NPM_CONFIG_USERCONFIG: 'c',
      npm_config_fetch_retries: '5',
      npm_config_cafile: 'f',
      https_proxy: 'p',
      NODE_EXTRA_CA_CERTS: 'x',
      GIT_AUTHOR_NAME: 'Ada',
    };
    expect(childEnvironment(environment)).toEqual(environment);
  });

  it.each([
    'NODE_ENV',
    'NODE_OPTIONS',
    'CI',
    'GIT_DIR',
    'GIT_WORK_TREE',
    'GIT_INDEX_FILE',
    'npm_config_dry_run',
    'npm_config_global',
    'npm_config_omit',
    'npm_config_prefix',
    'npm_config_workspaces',
    'npm_command',
    'INIT_CWD',
  ])('drops %s', (name) => {
    expect(childEnvironment({ [name]: 'x' })).toEqual({});
  });
});

describe('lastLines', () => {
  it('keeps the end of an output', () => {
    expect(lastLines('1\n2\n3\n', 2)).toBe('2\n3');
    expect(lastLines('', 2)).toBe('');
  });
});
