import { parseEnv } from 'node:util';
import fc from 'fast-check';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { encoders } from '../../../src/plan/encoders.ts';
import { hostileLine, hostileText } from '../../support/hostile-text.ts';
import { shownBlocks } from '../../support/markdown.ts';

const { json, md, yaml, env, line, code } = encoders;
const RUNS = { numRuns: 1000 };

describe('json', () => {
  it('P1 A48 comes back from JSON, in the middle of a file', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(JSON.parse(`{ "a": ${json(text)}, "b": 1 }`)).toEqual({ a: text, b: 1 });
      }),
      RUNS,
    );
  });

  it('refuses nothing', () => {
    expect(() => json(undefined)).toThrow('json() got undefined');
  });
});

describe('yaml', () => {
  it('P1 A55 comes back from YAML, in the middle of a file', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(parseYaml(`a: ${yaml(text)}\nb: 1\n`)).toEqual({ a: text, b: 1 });
      }),
      RUNS,
    );
  });

  it('refuses what is no text', () => {
    expect(() => yaml(undefined as never)).toThrow('yaml() got undefined');
  });
});

describe('env', () => {
  it('P1 A56 comes back from an environment file, or is refused', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const encoded = attempt(() => env(text));
        if (encoded === undefined) expect(text).toMatch(/[\r\n\0\u2028\ud800"]/);
        else expect(parseEnv(`A=1\nX=${encoded}\nB=2\n`)).toEqual({ A: '1', X: text, B: '2' });
      }),
      RUNS,
    );
  });

  it('leaves plain values without quotes', () => {
    expect(env(3000)).toBe('3000');
    expect(env('mongodb://localhost:27017/chat?replicaSet=rs0')).toBe(
      'mongodb://localhost:27017/chat?replicaSet=rs0',
    );
    expect(env('')).toBe('');
  });

  it.each(['a\nb', 'a\rb'])('A56 refuses the line break of %j', (text) => {
    expect(() => env(text)).toThrow('line break');
  });

  it('refuses a text with all three kinds of quotes', () => {
    expect(() => env(`'"\``)).toThrow('no environment file can hold');
  });
});

describe('md', () => {
  it('P1 A47 shows a paragraph as it was given', () => {
    fc.assert(
      fc.property(hostileLine, (text) => {
        expect(shownBlocks(`before\n\n${md(text)}\n\nafter\n`)).toEqual(
          text === '' ? ['before', 'after'] : ['before', text, 'after'],
        );
      }),
      RUNS,
    );
  });

  it('shows a heading as it was given', () => {
    fc.assert(
      fc.property(hostileLine, (text) => {
        expect(shownBlocks(`# ${md(text)}\n`).join('')).toBe(text);
      }),
      RUNS,
    );
  });

  it('is what the formatter would have written', async () => {
    await fc.assert(
      fc.asyncProperty(hostileLine, async (text) => {
        const page = `# Title\n\n${md(text)}\n\nEnd\n`;
        if (text !== '') expect(await prettier.format(page, { parser: 'markdown' })).toBe(page);
      }),
      { numRuns: 200 },
    );
  });

  it('A52 holds no markup and no formula', () => {
    expect(md('</script><img onerror>')).toBe('\\</script\\>\\<img onerror\\>');
    expect(md('$$')).toBe('\\$\\$');
  });

  it('refuses a line break', () => {
    expect(() => md('a\n# b')).toThrow('line break');
  });
});

describe('line', () => {
  it.each(['\n', '\r', '\u2028'])('refuses the line break %j', (text) => {
    expect(() => line(`a${text}b`)).toThrow('line break');
  });

  it('prints text as it is', () => {
    expect(line('Port to <listen> on.')).toBe('Port to <listen> on.');
  });
});

describe('code', () => {
  it('prints a path, a name, or names in their order', () => {
    expect(code('./typing/index.ts')).toBe('./typing/index.ts');
    expect(code('typing')).toBe('typing');
    expect(code(['b', undefined, 'a'])).toBe('a, b');
  });

  it('A49 A50 A51 refuses everything else', () => {
    const isCode = /^(?:[A-Za-z][A-Za-z0-9_]*|\.{1,2}\/[a-z0-9./-]+)$/;
    fc.assert(
      fc.property(hostileText, (text) => {
        if (!isCode.test(text)) expect(() => code(text)).toThrow('code() got');
      }),
      RUNS,
    );
    expect(() => code([undefined])).toThrow('nothing to print');
  });
});

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
