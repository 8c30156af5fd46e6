import type { Policy } from '../templates/manifest.ts';
import { mergeJsonText } from './merge-json-text.ts';
import { mergeText } from './merge-text.ts';
import type { Labels } from './markers.ts';
import type { MergedText } from './merge-text.ts';
import { countLines } from './similarity.ts';
import {
  bytesIn,
  formOf,
  hasPlainForm,
  isExecutable,
  isText,
  saysSame,
  textOf,
} from './text-form.ts';
import type { Change, Format, Stages, TreeFile } from './types.ts';

/** What became of a file on two sides. */
export interface Sides {
  readonly base: TreeFile;
  readonly yours: TreeFile;
  readonly template: TreeFile;
}

/** How it is merged. */
export interface MergeOptions {
  /** Where the templates have it. */
  readonly path: string;
  readonly kind: Policy;
  readonly labels: Labels;
  readonly format?: Format | undefined;
}

/** What becomes of it; without a file, it stays as it is. */
export type MergedFile = Pick<Change, 'action' | 'file' | 'conflicts' | 'reason' | 'stages'>;

interface Texts {
  readonly base: string;
  readonly yours: string;
  readonly template: string;
}

/** Merges one file by its kind; no line that its owner added is ever lost. */
export async function mergeFile(sides: Sides, options: MergeOptions): Promise<MergedFile> {
  const { base, yours, template } = sides;
  const mode = mergedMode(sides);
  if (saysSame(base.bytes, yours.bytes))
    return { action: 'replace', file: { bytes: inFormOf(yours, template), mode }, conflicts: 0 };
  if (saysSame(base.bytes, template.bytes) || saysSame(yours.bytes, template.bytes))
    return { action: 'merge', file: { bytes: yours.bytes, mode }, conflicts: 0 };
  if (options.kind === 'binary' || ![base, yours, template].every(({ bytes }) => isText(bytes)))
    return kept('binary, and changed on both sides: yours stays');
  const texts = {
    base: textOf(base.bytes),
    yours: textOf(yours.bytes),
    template: textOf(template.bytes),
  };
  const merged = await mergeTexts(texts, options);
  if (merged.text === undefined) return kept(merged.reason, merged.conflicts);
  const { text, conflicts, reason } = merged;
  return {
    action: conflicts > 0 ? 'conflict' : 'merge',
    file: { bytes: bytesIn(formOf(yours.bytes), text), mode },
    conflicts,
    reason,
    ...(conflicts > 0 && { stages: stagesOf(sides) }),
  };
}

/** The permissions of a merged file: who may run it is the owner's where the owner changed it. */
export function mergedMode({ base, yours, template }: Sides): number {
  const isChanged = isExecutable(base) !== isExecutable(yours);
  if (isChanged || isExecutable(yours) === isExecutable(template)) return yours.mode;
  // Who may read it may run it.
  return isExecutable(template) ? yours.mode | ((yours.mode & 0o444) >> 2) : yours.mode & ~0o111;
}

/** The three sides of a conflict, as git has them in its index. */
export function stagesOf({ base, yours, template }: Sides): Stages {
  return { base: base.bytes, yours: yours.bytes, template: template.bytes };
}

function inFormOf(yours: TreeFile, { bytes }: TreeFile): Buffer {
  if (hasPlainForm(yours.bytes) && hasPlainForm(bytes)) return bytes;
  return isText(yours.bytes) && isText(bytes) ? bytesIn(formOf(yours.bytes), textOf(bytes)) : bytes;
}

interface MergedTexts {
  /** Without one, the owner's stays whole. */
  readonly text?: string;
  readonly conflicts: number;
  readonly reason?: string | undefined;
}

async function mergeTexts(texts: Texts, options: MergeOptions): Promise<MergedTexts> {
  const { kind, labels } = options;
  const touch = kind === 'union' || kind === 'soft' ? 'union' : 'insert';
  const plain = mergeText(texts.base, texts.yours, texts.template, touch, labels);
  const json = kind === 'json' ? mergeJsonText(texts, plain) : undefined;
  if (json !== undefined) return { ...json, conflicts: 0 };
  if (plain.conflicts > 0) {
    const formatted = await mergeFormatted(texts, plain, { ...options, touch });
    if (formatted !== undefined) return formatted;
    if (kind === 'soft')
      return { conflicts: 0, reason: 'a document, and changed on both sides: yours stays' };
  }
  return guarded(texts, plain);
}

// Where somebody formats otherwise, every line differs: what is really different shows when all three
// sides are formatted alike.
async function mergeFormatted(
  { base, yours, template }: Texts,
  plain: MergedText,
  { path, format, labels, touch }: MergeOptions & { readonly touch: 'insert' | 'union' },
): Promise<MergedTexts | undefined> {
  const texts = {
    base: await format?.(path, base),
    yours: await format?.(path, yours),
    template: await format?.(path, template),
  };
  if (!areTexts(texts)) return undefined;
  const reason = 'formatted as your settings say';
  if (texts.base === texts.yours) return { text: texts.template, conflicts: 0, reason };
  const again = mergeText(texts.base, texts.yours, texts.template, touch, labels);
  return again.conflicts < plain.conflicts ? { reason, ...guarded(texts, again) } : undefined;
}

function areTexts(texts: { [Side in keyof Texts]: string | undefined }): texts is Texts {
  return Object.values(texts).every((text) => text !== undefined);
}

function guarded({ base, yours }: Texts, { text, conflicts }: MergedText): MergedTexts {
  if (keepsAdded(base, yours, text)) return { text, conflicts };
  return { conflicts: 1, reason: 'a line of yours would be lost: yours stays' };
}

/** Whether a text has every line that was added to another, as often as it was. */
export function keepsAdded(base: string, yours: string, merged: string): boolean {
  const [before, after] = [countLines(base), countLines(merged)];
  return [...countLines(yours)].every(([line, count]) => {
    const added = count - (before.get(line) ?? 0);
    return added <= 0 || (after.get(line) ?? 0) >= added;
  });
}

function kept(reason: string | undefined, conflicts = 0): MergedFile {
  return { action: conflicts > 0 ? 'conflict' : 'keep', conflicts, reason };
}
