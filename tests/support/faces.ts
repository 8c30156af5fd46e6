import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type ts from 'typescript';

/** What a file shows to those that import it, or a file as a whole, and the files that it names. */
interface View {
  readonly text: string;
  readonly imports: readonly string[];
}

/** Two files with the same of these are the same to the compiler. */
export interface Keys {
  /** For files that import it. */
  readonly face: string;
  /** For what the compiler says of it. */
  readonly whole: string;
}

/**
 * Tells which files of several projects the compiler cannot tell apart. What it says of a file
 * depends on the text and on the faces of the files imported; a face is the file's declarations
 * where these follow from its text alone, and else its whole text.
 */
export class Faces {
  readonly #compiler: typeof ts;
  readonly #views = new Map<string, { readonly whole: View; readonly face: View }>();

  constructor(compiler: typeof ts) {
    this.#compiler = compiler;
  }

  /** The keys of every file of a project: path → text. */
  of(project: ReadonlyMap<string, string>): ReadonlyMap<string, Keys> {
    const keys = new Map<string, Keys>();
    // What is declared for all is seen by files that do not import it.
    const ambient = [...project].filter(([path, text]) => isCode(path) && AMBIENT.test(text));
    const everywhere = ambient.map(([path]) => path);
    for (const [path, text] of project) {
      const { whole } = this.#viewsOf(path, text);
      const seen = this.#facesBehind([...whole.imports, ...everywhere], project);
      const face = this.#facesBehind([path, ...everywhere], project);
      keys.set(path, { face: hash([path, ...face]), whole: hash([path, text, ...seen]) });
    }
    return keys;
  }

  /** The faces that can be reached from there, in the order of their paths. */
  #facesBehind(
    imports: readonly string[],
    project: ReadonlyMap<string, string>,
  ): readonly string[] {
    const reached = new Map<string, string>();
    const todo = [...imports];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      if (reached.has(path)) continue;
      const text = project.get(path);
      const face = text === undefined ? undefined : this.#viewsOf(path, text).face;
      reached.set(path, face?.text ?? 'there is none');
      todo.push(...(face?.imports ?? []));
    }
    return [...reached].sort(([one], [other]) => (one < other ? -1 : 1)).flat();
  }

  #viewsOf(path: string, text: string): { readonly whole: View; readonly face: View } {
    const key = hash([path, text]);
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const whole = { text, imports: this.#importsOf(path, text) };
    const declarations = this.#declarationsOf(path, text);
    const face =
      declarations === undefined
        ? whole
        : { text: declarations, imports: this.#importsOf(path, declarations) };
    const views = { whole, face };
    this.#views.set(key, views);
    return views;
  }

  #importsOf(path: string, text: string): readonly string[] {
    if (!isCode(path)) return [];
    return this.#compiler
      .preProcessFile(text)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => posix.join(posix.dirname(path), fileName));
  }

  /** What a file declares, or nothing where that takes more than its text to know. */
  #declarationsOf(path: string, text: string): string | undefined {
    const { transpileDeclaration, ModuleKind, ScriptTarget } = this.#compiler;
    if (!isCode(path) || /\.d\.[cm]?ts$/.test(path)) return undefined;
    const { outputText, diagnostics } = transpileDeclaration(text, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: {
        isolatedDeclarations: true,
        module: ModuleKind.NodeNext,
        target: ScriptTarget.ES2023,
        strict: true,
        verbatimModuleSyntax: true,
      },
    });
    return diagnostics?.length === 0 ? outputText : undefined;
  }
}

const AMBIENT = /^\s*declare (?:global|module)\b/m;

const isCode = (path: string): boolean => /\.[cm]?ts$/.test(path);

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64');
}
