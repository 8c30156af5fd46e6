import { describe, expect, it } from 'vitest';
import { consumedByNpm } from '../../../src/command-line/npm-init.ts';

describe('consumedByNpm', () => {
  it('looks at nothing unless npm create runs us', () => {
    expect(consumedByNpm({ npm_config_dry_run: 'true', npm_config_port: 'true' }, [])).toEqual({});
    const environment = { npm_command: 'exec', npm_config_dry_run: 'true' };
    expect(consumedByNpm(environment, [])).toEqual({});
  });

  it('honours what npm and we understand alike', () => {
    const environment = {
      npm_command: 'init',
      npm_config_yes: 'true',
      npm_config_dry_run: 'true',
      npm_config_json: 'true',
      npm_config_git: 'false',
    };
    expect(consumedByNpm(environment, ['my-app'])).toEqual({
      yes: true,
      dryRun: true,
      json: true,
      git: false,
    });
  });

  it('leaves to npm what is its own', () => {
    const environment = {
      npm_command: 'init',
      npm_config_git: '/usr/bin/git',
      npm_config_description: 'true',
      npm_config_loglevel: 'warn',
      npm_config_force: '',
    };
    expect(consumedByNpm(environment, ['my-app'])).toEqual({});
  });

  it.each([
    [{ npm_config_features: 'true' }, 'npm create chat-backend my-app -- --features <list>'],
    [{ npm_config_install: '' }, 'npm create chat-backend my-app -- --no-install'],
    [
      { npm_config_on_conflict: 'true' },
      'npm create chat-backend my-app -- --on-conflict <policy>',
    ],
    [{ npm_config_force: 'true' }, 'npm create chat-backend my-app -- --force'],
  ])('shows for %j the command that works', (consumed, command) => {
    const run = (): unknown => consumedByNpm({ npm_command: 'init', ...consumed }, ['my-app', 'x']);
    expect(run).toThrow(expect.objectContaining({ code: 'USAGE', hint: `Type: ${command}` }));
  });
});
