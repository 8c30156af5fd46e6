import { formatted, formattedAsBefore } from './format.ts';
import { kindOf } from './kinds.ts';
import { mergeFile } from './merge-file.ts';
import type { MergedFile } from './merge-file.ts';
import type { Labels } from './markers.ts';
import { OwnPlaces } from './own-places.ts';
import { olderForm } from './older-form.ts';
import { isSameFile, saysSame } from './text-form.ts';
import type {
  Change,
  Format,
  ProjectTree,
  Relocated,
  Target,
  Transition,
  Tree,
  TreeFile,
} from './types.ts';

/** What a transition is planned from. */
export interface TransitionRequest {
  readonly target: Target;
  /** The disk. */
  readonly project: ProjectTree;
  /** What was rendered and the disk, both after the moves of releases. */
  readonly relocated: Relocated;
  readonly labels: Labels;
  readonly format?: Format | undefined;
  /** Whether files that are new are formatted, too. */
  readonly formatsNew: boolean;
}

/** Base and project where nothing has moved. */
export function inPlace(
  base: Tree,
  { files }: ProjectTree,
  ownMoves: Readonly<Record<string, string>>,
): Relocated {
  const settled = new Set<string>();
  return { base, project: files, origins: new Map(), ownMoves, changes: [], settled };
}

/**
 * Plans what becomes of every file of a project when what was rendered for it changes; nothing is
 * written. @throws CreateError TARGET_IN_THE_WAY where something would be written behind a link.
 */
export function planTransition(request: TransitionRequest): Promise<Transition> {
  return new Planner(request).plan();
}

class Planner {
  readonly #request: TransitionRequest;
  readonly #places: OwnPlaces;
  readonly #changes: Change[];

  constructor(request: TransitionRequest) {
    this.#request = request;
    this.#places = new OwnPlaces(request.project, request.relocated, request.target.tree);
    this.#changes = [...request.relocated.changes];
  }

  async plan(): Promise<Transition> {
    const { relocated, target } = this.#request;
    const { base, settled } = relocated;
    for (const [path, before] of base) {
      if (settled.has(path)) continue;
      const next = target.tree.get(path);
      if (next === undefined) this.#drop(path, before);
      else if (isSameFile(before, next)) await this.#follow(this.#places.placeOf(path));
      else await this.#change(path, before, next);
    }
    for (const [path, next] of target.tree)
      if (!base.has(path) && !settled.has(path)) await this.#add(path, next);
    for (const path of this.#places.own()) await this.#follow(path);
    return {
      changes: this.#changes.sort((a, b) => (a.path < b.path ? -1 : 1)),
      ownMoves: this.#places.recorded(),
    };
  }

  /** The template has it no more. */
  #drop(path: string, before: TreeFile): void {
    const at = this.#places.placeOf(path);
    this.#places.assertReachable(at);
    const yours = this.#request.relocated.project.get(at);
    if (yours === undefined) return;
    const reason = 'the template has it no more: it is yours now';
    if (!saysSame(before.bytes, yours.bytes))
      this.#push(at, { action: 'keep', conflicts: 0, reason });
    else this.#changes.push({ path: this.#diskPathOf(at), action: 'delete', conflicts: 0 });
  }

  async #change(path: string, before: TreeFile, next: TreeFile): Promise<void> {
    const at = this.#places.placeOf(path);
    this.#places.assertReachable(at);
    const yours = this.#request.relocated.project.get(at);
    if (yours === undefined) {
      const reason = this.#places.obstacleAt(path) ?? 'you deleted it';
      this.#changes.push({ path, action: 'keep', conflicts: 0, reason });
      return;
    }
    const sides = { base: this.#places.broughtTo(at, path, before), yours };
    await this.#merge(path, at, { ...sides, template: this.#places.broughtTo(at, path, next) });
  }

  async #merge(
    path: string,
    at: string,
    sides: { readonly base: TreeFile; readonly yours: TreeFile; readonly template: TreeFile },
  ): Promise<void> {
    const { target, labels, format } = this.#request;
    const kind = kindOf(path, target.policies);
    this.#push(at, await mergeFile(sides, { path: at, kind, labels, format }));
  }

  /** The template has it newly. */
  async #add(path: string, next: TreeFile): Promise<void> {
    this.#places.assertReachable(path);
    const { relocated, format, formatsNew } = this.#request;
    const yours = relocated.project.get(path);
    const obstacle = this.#places.obstacleAt(path);
    if (obstacle !== undefined)
      this.#changes.push({ path, action: 'conflict', conflicts: 1, reason: obstacle });
    else if (yours === undefined)
      this.#changes.push({
        path,
        action: 'create',
        file: formatsNew ? await formatted(path, next, format) : next,
        conflicts: 0,
      });
    else if (saysSame(yours.bytes, next.bytes)) await this.#follow(path);
    else {
      const base = olderForm(yours, next);
      if (base) return this.#merge(path, path, { base, yours, template: next });
      const reason = 'a file of yours is where one of the template comes: yours stays';
      this.#push(path, { action: 'conflict', conflicts: 1, reason });
    }
  }

  /** What stays as it is follows the files that it imports, and the folder that it is in. */
  async #follow(at: string): Promise<void> {
    const { project, relocated, format } = this.#request;
    const from = this.#diskPathOf(at);
    const after = relocated.project.get(at);
    const before = project.files.get(from);
    if (after === undefined || before === undefined || (after === before && from === at)) return;
    const isMoved = from !== at;
    if (!isMoved && after.bytes.equals(before.bytes)) return;
    const file = await formattedAsBefore(at, before, after, format);
    const reason = isMoved ? 'its folder moved' : 'imports follow';
    this.#push(at, { action: 'merge', file, conflicts: 0, reason });
  }

  #push(at: string, { file, action, conflicts, ...more }: MergedFile): void {
    const { project, relocated } = this.#request;
    const from = this.#diskPathOf(at);
    const isMoved = from !== at;
    // What only moves takes its own bytes along.
    const written = file ?? (isMoved ? relocated.project.get(at) : undefined);
    const disk = project.files.get(from);
    const isWritten = written !== undefined && (isMoved || !disk || !isSameFile(written, disk));
    if (!isWritten && conflicts === 0 && more.reason === undefined) return;
    this.#changes.push({
      path: at,
      ...(isMoved && { from }),
      action: isWritten || conflicts > 0 ? action : 'keep',
      ...(isWritten && { file: written }),
      conflicts,
      ...more,
    });
  }

  #diskPathOf(at: string): string {
    return this.#request.relocated.origins.get(at) ?? at;
  }
}
