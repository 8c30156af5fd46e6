import { describe, expect, it } from 'vitest';
import { encoders } from '../../src/plan/encoders.ts';
import { loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';

const MOST_HOSTS = 16;
const MOST_LINES = 60;

const CONTROL =
  /^<%_ (?:for \(const \w+ of slots\.\w+(?:\.filter\(\(entry\) => entry\.\w+\))?\) \{|\}) _%>$/;
const PRINTING = new RegExp(`^<%- (?:${Object.keys(encoders).join('|')})\\([^]+\\) %>$`);

const files = loadFeatures(TEMPLATES).flatMap((feature) => feature.files);
const hosts = files.filter((file) => file.isHost);

describe('the hosts', () => {
  it(`are at most ${MOST_HOSTS}`, () => {
    expect(hosts.map(({ path }) => path).length).toBeLessThanOrEqual(MOST_HOSTS);
  });

  describe.each(hosts.map((host) => [host.path, host.bytes.toString()] as const))(
    '%s',
    (path, text) => {
      it(`has at most ${MOST_LINES} lines`, () => {
        expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
      });

      it('has control tags alone on their line, and nothing but loops', () => {
        for (const line of text.split('\n').filter((part) => /<%(?!-)/.test(part)))
          expect(line).toMatch(CONTROL);
      });

      it('prints through an encoder only', () => {
        for (const [tag] of text.matchAll(/<%-[^]*?%>/g)) expect(tag).toMatch(PRINTING);
        expect(text).not.toMatch(/<%=/);
      });

      it('A57 keeps the connection string and the keys in .env', () => {
        expect(/databaseUri|secrets\./.test(text)).toBe(path === '.env');
      });
    },
  );
});

describe('the files', () => {
  it('differ in more than upper and lower case, and none is the directory of another', () => {
    const paths = [...new Set(files.map(({ path }) => path))];
    const folded = paths.map((path) => path.toLowerCase());
    expect(folded.filter((path, index) => folded.indexOf(path) !== index)).toEqual([]);
    for (const path of folded)
      expect(folded.filter((other) => other.startsWith(`${path}/`))).toEqual([]);
  });

  it('have paths that every system can hold', () => {
    for (const { path } of files) expect(path).toMatch(/^(?:[\w.-]*[\w-]\/)*[\w.-]*[\w-]$/);
  });

  it.each(files.map((file) => [file.path, file.bytes] as const))(
    'G6 %s has line feeds only, one at its end, and no byte order mark',
    (_, bytes) => {
      if (bytes.includes(0)) return;
      const text = bytes.toString();
      expect(text).not.toMatch(/\r|^\uFEFF/);
      expect(text).toMatch(/[^\n]\n$/);
    },
  );

  it('name each policy for a file that is there', () => {
    const paths = new Set(files.map(({ path }) => path));
    const named = loadFeatures(TEMPLATES).flatMap(({ policies }) => Object.keys(policies));
    expect(named.filter((path) => !paths.has(path))).toEqual([]);
  });
});
