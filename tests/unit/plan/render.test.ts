import { describe, expect, it } from 'vitest';
import { renderHost } from '../../../src/plan/render.ts';
import type { RenderContext } from '../../../src/plan/render.ts';

const CONTEXT: RenderContext = {
  answers: { description: '<%= process.env %>', port: 3000 },
  slots: { features: [{ name: 'typing', from: './typing/index.ts' }] },
  secrets: {},
};

function render(text: string, context: RenderContext = CONTEXT): string {
  const source = '/templates/base/files/host.ts.ejs';
  const bytes = Buffer.from(text);
  return renderHost({ path: 'host.ts', isHost: true, isExecutable: false, bytes, source }, context);
}

describe('renderHost', () => {
  it('loops over slots and leaves no line of its own', () => {
    const host = [
      '<%_ for (const feature of slots.features) { _%>',
      "import { <%- code(feature.name) %> } from '<%- code(feature.from) %>';",
      '<%_ } _%>',
      'end',
      '',
    ].join('\n');
    expect(render(host)).toBe("import { typing } from './typing/index.ts';\nend\n");
  });

  it('A49 renders nothing twice', () => {
    expect(render('<%- json(answers.description) %>')).toBe('"<%= process.env %>"');
  });

  it.each([
    ['an answer', 'answers.descripton'],
    ['a slot', 'slots.feature'],
    ['a secret', 'secrets.key'],
    ['a part of an entry', 'slots.features[0].form'],
    ['a name', 'description'],
    ['what every object has', 'answers.constructor'],
  ])('refuses %s that is not there', (_, expression) => {
    expect(() => render(`<%- code(${expression}) %>`)).toThrow(
      expect.objectContaining({ code: 'DAMAGED' }),
    );
  });

  it('names file and line', () => {
    expect(() => render('one\ntwo <%- json(answers.typo) %>\n')).toThrow(
      /base\/files\/host\.ts\.ejs [^]*host\.ts:2[^]*answers\.typo is not defined/,
    );
    expect(() => render('<%- json( %>')).toThrow(/host\.ts/);
  });

  it('A62 takes no settings of EJS from data', () => {
    const hostile = { outputFunctionName: 'x;throw 1//', client: true, settings: {} };
    const context = { ...CONTEXT, answers: { ...CONTEXT.answers, ...hostile } };
    expect(render('<%- env(answers.port) %>', context)).toBe('3000');
  });
});
