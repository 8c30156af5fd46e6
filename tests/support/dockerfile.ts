import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { scratch } from './scratch.ts';

/** A line of a Dockerfile, its continuations joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** A stage: what it is made from, and what is done in it. */
export interface Stage {
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile into its stages. */
export function readStages(text: string): readonly Stage[] {
  const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll('\\\n', ' ');
  for (const line of joined.split('\n').filter((part) => part.trim() !== '')) {
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (name !== 'FROM') stages.at(-1)?.instructions.push({ name, text: rest });
    else {
      const [image = '', , stage = ''] = rest.split(/\s+/);
      stages.push({ name: stage, image, instructions: [] });
    }
  }
  return stages;
}

/** The words of an instruction in exec form. @throws SyntaxError for the shell form. */
export function wordsOf(text: string): readonly string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

/** The last instruction of a name in a stage. */
export function lastOf(stage: Stage, name: string): string {
  const found = stage.instructions.findLast((instruction) => instruction.name === name);
  if (found === undefined) throw new Error(`the stage has no ${name}`);
  return found.text;
}

/**
 * Does what a Dockerfile says, each stage in a directory of its own: everything but the image below.
 * Returns the directory of the last stage.
 */
export async function follow(context: string): Promise<string> {
  const stages = readStages(readFileSync(join(context, 'Dockerfile'), 'utf8'));
  const places = new Map<string, string>();
  const sent = withoutIgnored(context);
  let place = '';
  for (const { name, image, instructions } of stages) {
    place = scratch();
    const below = places.get(image);
    if (below !== undefined) cpSync(below, place, { recursive: true });
    places.set(name, place);
    for (const instruction of instructions)
      if (instruction.name === 'COPY') copy(instruction.text, place, sent, places);
      else if (instruction.name === 'RUN') await run(wordsOf(instruction.text), place);
  }
  return place;
}

function copy(
  text: string,
  place: string,
  context: string,
  places: ReadonlyMap<string, string>,
): void {
  const words = text.split(/\s+/);
  const stage = words[0]?.startsWith('--from=')
    ? words.shift()?.slice('--from='.length)
    : undefined;
  const target = join(place, words.pop() as string);
  const root = stage === undefined ? context : (places.get(stage) as string);
  mkdirSync(target, { recursive: true });
  for (const word of words) {
    const source = join(root, word.replace(/^\/app/, ''));
    // The content of a directory, or a file under its name.
    const isFile = !readdirSync(join(source, '..'), { withFileTypes: true }).some(
      (entry) => entry.name === basename(source) && entry.isDirectory(),
    );
    cpSync(source, isFile ? join(target, basename(source)) : target, { recursive: true });
  }
}

async function run([program, ...args]: readonly string[], cwd: string): Promise<void> {
  await execa(program as string, args, { cwd, stdin: 'ignore', env: { NODE_ENV: undefined } });
}

/** What is sent to the builder: a directory without what .dockerignore names at its root. */
function withoutIgnored(context: string): string {
  const patterns = readFileSync(join(context, '.dockerignore'), 'utf8').trim().split('\n');
  const ignored = patterns.map(
    (pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`),
  );
  const sent = scratch();
  for (const name of readdirSync(context))
    if (!ignored.some((pattern) => pattern.test(name)))
      cpSync(join(context, name), join(sent, name), { recursive: true });
  return sent;
}
