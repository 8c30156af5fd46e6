import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTarget } from '../../../src/lifecycle/base.ts';
import { isWritten } from '../../../src/lifecycle/file-changes.ts';
import { inPlace, planTransition } from '../../../src/lifecycle/transition.ts';
import type { ProjectTree, Target, Transition, TreeFile } from '../../../src/lifecycle/types.ts';
import { choosableFeatures } from '../../../src/templates/features.ts';
import { FEATURES } from '../../support/option-samples.ts';

const SEEDS = Number(process.env['LIFECYCLE_SEEDS'] ?? 100);
const NAMES = choosableFeatures(FEATURES).map(({ name }) => name);
const ANSWERS = {
  packageName: 'app',
  description: 'x',
  author: '',
  port: 3000,
  packageManager: 'npm',
  adapter: 'none',
} as const;

const rendered = new Map<string, Target>();
function targetWith(features: readonly string[]): Target {
  const key = features.join();
  const target = rendered.get(key) ?? renderTarget({ ...ANSWERS, features });
  rendered.set(key, target);
  return target;
}

/** What an owner does to one file; the place is a part of the file. */
interface Edit {
  readonly isAimed: boolean;
  readonly file: number;
  readonly place: number;
  readonly kind: 'insert' | 'replace' | 'delete' | 'append' | 'remove';
}

const anEdit: fc.Arbitrary<Edit> = fc.record({
  isAimed: fc.boolean(),
  file: fc.nat(9999),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('insert', 'replace', 'delete', 'append', 'insert', 'replace', 'remove'),
});

const aCase = fc.record({
  from: fc.subarray([...NAMES]),
  to: fc.subarray([...NAMES]),
  edits: fc.array(anEdit, { minLength: 5, maxLength: 40 }),
});

/** The files of a base after the edits, and the lines that only the owner has. */
function edited(
  base: Target,
  target: Target,
  edits: readonly Edit[],
): { readonly files: ReadonlyMap<string, TreeFile>; readonly own: readonly string[] } {
  const files = new Map(base.tree);
  const texts = [...base.tree.keys()].filter((path) => !base.tree.get(path)!.bytes.includes(0));
  const aimed = texts.filter(
    (path) => !target.tree.get(path)?.bytes.equals(base.tree.get(path)!.bytes),
  );
  const removed = new Set<string>();
  edits.forEach(({ isAimed, file, place, kind }, index) => {
    const among = isAimed && aimed.length > 0 ? aimed : texts;
    const path = among[file % among.length]!;
    const before = files.get(path);
    if (before === undefined) return;
    if (kind === 'remove') {
      files.delete(path);
      removed.add(path);
      return;
    }
    const line = path.endsWith('.json') ? undefined : `// own line ${index} of ${path}`;
    const lines = before.bytes.toString().split('\n');
    const at = kind === 'append' ? lines.length - 1 : Math.floor(place * (lines.length - 1));
    lines.splice(at, kind === 'insert' || kind === 'append' ? 0 : 1, ...(line ? [line] : []));
    files.set(path, { bytes: Buffer.from(lines.join('\n')), mode: before.mode });
  });
  files.set('src/own/thing.ts', { bytes: Buffer.from('export const own = 1;\n'), mode: 0o644 });
  // One edit may have taken the line of another, or its whole file.
  const own = [...files.values()].flatMap(({ bytes }) =>
    bytes
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('// own line')),
  );
  return { files, own };
}

function treeOf(files: ReadonlyMap<string, TreeFile>): ProjectTree {
  return { files, links: new Set(), directories: new Set() };
}

function planned(base: Target, target: Target, project: ProjectTree): Promise<Transition> {
  return planTransition({
    target,
    project,
    relocated: inPlace(base.tree, project, {}),
    labels: { yours: 'yours', base: '1', template: '2' },
    formatsNew: false,
  });
}

function applied({ files }: ProjectTree, { changes }: Transition): ProjectTree {
  const after = new Map(files);
  for (const { path, from, action, file } of changes) {
    if (action === 'delete') after.delete(path);
    if (file !== undefined && from !== undefined) after.delete(from);
    if (file !== undefined) after.set(path, file);
  }
  return treeOf(after);
}

describe('projects with edits of all kinds', () => {
  it(
    `L38 ${SEEDS} of them: no line is lost, own files stay, a second run writes nothing`,
    async () => {
      await fc.assert(
        fc.asyncProperty(aCase, async ({ from, to, edits }) => {
          const [base, target] = [targetWith(from), targetWith(to)];
          const { files, own } = edited(base, target, edits);
          const project = treeOf(files);
          const after = applied(project, await planned(base, target, project));
          const lines = new Set(
            [...after.files.values()].flatMap(({ bytes }) => bytes.toString().split('\n')),
          );
          expect(own.filter((line) => !lines.has(line))).toEqual([]);
          expect(after.files.get('src/own/thing.ts')).toBe(files.get('src/own/thing.ts'));
          const again = await planned(target, target, after);
          expect(again.changes.filter(isWritten)).toEqual([]);
        }),
        { numRuns: SEEDS },
      );
    },
    10 * 60_000,
  );
});
