import { describe, expect, it } from 'vitest';
import { loneCommand } from '../../../src/command-line/lone-command.ts';
import { PROJECT_COMMANDS } from '../../../src/command-line/project-commands.ts';
import { parseProjectCommand } from '../../../src/command-line/program.ts';

/** What a reader makes of a command line, or what it throws. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe('a command for a project that nothing follows', () => {
  const lost = { npm_command: 'init', npm_config_json: 'true' };

  it.each(PROJECT_COMMANDS)('is understood as the whole reader does: $name', ({ name }) => {
    for (const environment of [{}, lost])
      expect(outcomeOf(() => loneCommand(name, [name], environment))).toEqual(
        outcomeOf(() => parseProjectCommand([name], environment)),
      );
    expect(loneCommand(name, [name], {})).toMatchObject({ kind: 'run', command: name });
    expect(() => loneCommand(name, [name], lost)).toThrow('npm kept json for itself');
  });

  it('is left to the whole reader with anything after it', () => {
    expect(loneCommand('status', ['status', '--json'], {})).toBeUndefined();
  });
});
