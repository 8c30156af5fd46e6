import { describe, expect, it } from 'vitest';
import { resolveAnswers } from '../../../src/options/answers.ts';
import { completionScript } from '../../../src/command-line/completion.ts';
import { toRunContext } from '../../../src/context.ts';
import type { CreateOptions } from '../../../src/options/options.ts';
import { parseCommandLine } from '../../../src/command-line/program.ts';
import { projectQuestions } from '../../../src/prompts/project-questions.ts';
import { configFileSchema } from '../../../src/command-line/schemas.ts';
import { selectionOf } from '../../../src/options/selection.ts';
import type { Selection } from '../../../src/options/selection.ts';
import { features, plan, textOf } from '../../support/templates.ts';
import { FEATURES } from '../../support/option-samples.ts';

const FOLDERS = {
  'demo/feature.json': { name: 'demo', summary: 'A page', presets: ['standard', 'full'] },
  'receipts/feature.json': {
    name: 'receipts',
    summary: 'Receipts',
    presets: ['full'],
    requires: ['typing'],
  },
  'typing/feature.json': { name: 'typing', summary: 'Typing', presets: ['standard', 'full'] },
};
const ADAPTERS = {
  'mongo/feature.json': { name: 'mongo', summary: 'Change streams of MongoDB', adapter: true },
  'redis/feature.json': { name: 'redis', summary: 'Streams of Redis', adapter: true },
  'redis/files/src/redis.ts': 'export const redis = 1;\n',
  'sharded/feature.json': { name: 'sharded', summary: 'Shards', requires: ['redis'] },
};
const WITHOUT = features(FOLDERS);
const WITH = features({ ...FOLDERS, ...ADAPTERS });

function select(options: Partial<CreateOptions>, all = WITH): Selection {
  return selectionOf(options, all);
}

describe('the features of a project', () => {
  it.each<[Partial<CreateOptions>, readonly string[]]>([
    [{}, ['demo', 'typing']],
    [{ preset: 'minimal' }, []],
    [{ preset: 'full' }, ['demo', 'receipts', 'typing']],
    [{ features: ['demo'] }, ['demo']],
    [{ features: [] }, []],
    [{ features: ['receipts'] }, ['receipts', 'typing']],
    [{ features: ['typing', 'demo', 'typing'] }, ['demo', 'typing']],
    [{ preset: 'minimal', features: ['demo'] }, ['demo']],
    [{ preset: 'standard', features: ['receipts'] }, ['demo', 'receipts', 'typing']],
    [{ withoutFeatures: ['demo'] }, ['typing']],
    [{ preset: 'full', withoutFeatures: ['receipts', 'typing'] }, ['demo']],
  ])('of %j are %j', (options, expected) => {
    for (const all of [WITH, WITHOUT])
      expect(select(options, all)).toEqual({ features: expected, adapter: 'none' });
  });

  it('A44 cannot be asked for and left out', () => {
    expect(() => select({ features: ['demo'], withoutFeatures: ['demo'] })).toThrow(
      '--features demo and --no-demo contradict each other',
    );
  });

  it('A44 cannot be left out where another one requires them', () => {
    expect(() => select({ preset: 'full', withoutFeatures: ['typing'] })).toThrow(
      expect.objectContaining({
        message: 'typing cannot be left out: receipts requires it',
        hint: 'Leave out both: --no-typing --no-receipts',
      }),
    );
  });

  it('may have a name of several words', () => {
    const all = features({ 'api-docs/feature.json': { name: 'api-docs', summary: 'Documents' } });
    expect(parseCommandLine(['x'], all)).toEqual({ kind: 'create', flags: { directory: 'x' } });
    expect(parseCommandLine(['x', '--no-api-docs'], all)).toMatchObject({
      flags: { withoutFeatures: ['api-docs'] },
    });
  });

  it('have to exist, base being none', () => {
    expect(() => select({ features: ['tiping'] })).toThrow('there is no feature "tiping"');
    expect(() => select({ withoutFeatures: ['base'] })).toThrow('there is no feature "base"');
  });

  it('leaves each out by a flag of its own, also one whose name has two words', () => {
    const words = features({ 'api-docs/feature.json': { name: 'api-docs', summary: 'Documents' } });
    expect(parseCommandLine(['x'], words)).toEqual({ kind: 'create', flags: { directory: 'x' } });
    expect(parseCommandLine(['x', '--no-api-docs'], words)).toEqual({
      kind: 'create',
      flags: { directory: 'x', withoutFeatures: ['api-docs'] },
    });
  });
});

describe('an adapter, which is a folder whose manifest says so', () => {
  it('is chosen beside the features', () => {
    expect(select({ adapter: 'redis' })).toEqual({
      features: ['demo', 'typing'],
      adapter: 'redis',
    });
    expect(select({ features: [], adapter: 'none' })).toEqual({ features: [], adapter: 'none' });
  });

  it('comes along where a feature requires it, and nothing else can then be chosen', () => {
    expect(select({ features: ['sharded'] })).toEqual({ features: ['sharded'], adapter: 'redis' });
    expect(() => select({ features: ['sharded'], adapter: 'none' })).toThrow(
      '--adapter none and a feature that requires redis contradict each other',
    );
    expect(() => select({ features: ['sharded'], adapter: 'mongo' })).toThrow(
      expect.objectContaining({
        message: 'the features mongo and redis exclude each other',
        hint: 'Choose one of them: --adapter mongo or --adapter redis',
      }),
    );
  });

  it('A43 is one of the folders', () => {
    expect(() => select({ adapter: 'rediss' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: '--adapter "rediss" is not one of the choices',
        hint: 'Did you mean redis? Choose one of: none, mongo, redis.',
      }),
    );
    expect(() => select({ adapter: 'typing' })).toThrow(/Choose one of|not one of the choices/);
  });

  it('is no feature to list or to leave out', () => {
    const hint = expect.objectContaining({ hint: 'Type: --adapter redis' }) as Error;
    expect(() => select({ features: ['redis'] })).toThrow(hint);
    expect(() => parseCommandLine(['x', '--no-redis'], WITH)).toThrow(/unknown option --no-redis/);
  });

  it('shows itself in the help, the schema, the questions and the completion', async () => {
    const help = parseCommandLine(['help', 'options'], WITH);
    expect(help).toMatchObject({ text: expect.stringContaining('(none, mongo, redis; default') });
    expect(configFileSchema(WITH)).toMatchObject({
      properties: {
        adapter: { enum: ['none', 'mongo', 'redis'], default: 'none' },
        features: { items: { enum: ['demo', 'receipts', 'sharded', 'typing'] } },
      },
    });
    const asked = projectQuestions({}, WITH, toRunContext({})).find(
      ({ name }) => name === 'adapter',
    );
    expect(asked?.when?.({})).toBe(true);
    expect(await asked?.form({})).toMatchObject({
      choices: [{ value: 'none', label: 'One node' }, { value: 'mongo' }, { value: 'redis' }],
    });
    for (const shell of ['bash', 'zsh', 'fish'])
      expect(completionScript(shell, WITH)).toContain('none mongo redis');
  });

  it('is not asked for where there is none', () => {
    const questions = projectQuestions({}, WITHOUT, toRunContext({}));
    expect(questions.find(({ name }) => name === 'adapter')?.when?.({})).toBe(false);
  });

  it('is a feature of the plan and of the record', () => {
    const made = plan(ADAPTERS, { features: ['redis'] });
    expect(textOf(made, 'src/redis.ts')).toContain('redis');
    expect(JSON.parse(textOf(made, '.chat-backend.json'))).toMatchObject({
      answers: { adapter: 'redis', features: [] },
    });
  });

  it('is none where nobody asks for one', () => {
    expect(resolveAnswers({ directory: 'x' }, 'x', FEATURES).adapter).toBe('none');
  });
});
