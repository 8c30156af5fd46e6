import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { LifecycleResult } from '../../../src/result.ts';
import { projectScreen } from '../../../src/terminal/project-screen.ts';

const text = 'Every environment needs a new variable, and `.env.example` says how to make one.';
const finding = { id: 'no-env', level: 'error', message: text, mend: 'cp .env.example .env' };
const RESULT = {
  command: 'update',
  dryRun: false,
  path: '/app',
  packageName: 'app',
  from: null,
  to: null,
  changes: [],
  findings: [finding],
  notices: [{ version: '0.2.0', when: 'always', text }],
  install: null,
  nextSteps: [],
  warnings: [],
} as LifecycleResult;

const shown = (command: LifecycleResult['command'], columns?: number): readonly string[] =>
  projectScreen({ ...RESULT, command }, new Chalk({ level: 0 }), columns)
    .trimEnd()
    .split('\n');

describe('what a command for a project says', () => {
  it.each(['update', 'doctor'] as const)(
    'is broken between words for a terminal: %s',
    (command) => {
      const lines = shown(command, 40);
      expect(lines.every((line) => line.length <= 40)).toBe(true);
      const words = lines.map((line) => line.trim()).join(' ');
      expect(words).toContain(text);
      expect(shown(command, 200).join('\n')).toContain(text);
    },
  );

  it('is a line a sentence where no terminal is, so that others can read it', () => {
    expect(shown('update').at(-1)).toBe(`  0.2.0  ${text}`);
    expect(shown('doctor')[0]).toBe(`error    no-env: ${text}`);
  });
});
