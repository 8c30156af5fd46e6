import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type ts from 'typescript';

/** A file as a whole, or what it shows to those that import it. */
interface View {
  /** The same for the same path and text. */
  readonly id: string;
  /** The files of the project that it names. */
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
    const views = new Map(
      Array.from(project, ([path, text]) => [path, this.#viewsOf(path, text)] as const),
    );
    // What is declared for all is seen by files that do not import it.
    const everywhere = [...project].flatMap(([path, text]) =>
      isCode(path) && AMBIENT.test(text) ? [path] : [],
    );
    const behind = (paths: readonly string[]): string => {
      const reached = new Map<string, string>();
      const todo = [...paths, ...everywhere];
      for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
        if (reached.has(path)) continue;
        const face = views.get(path)?.face;
        reached.set(path, face?.id ?? `no ${path}`);
        todo.push(...(face?.imports ?? []));
      }
      return [...reached.values()].sort().join();
    };
    return new Map(
      Array.from(views, ([path, { whole, face }]) => [
        path,
        {
          face: hash(`${face.id} ${behind(face.imports)}`),
          whole: hash(`${whole.id} ${behind(whole.imports)}`),
        },
      ]),
    );
  }

  #viewsOf(path: string, text: string): { readonly whole: View; readonly face: View } {
    const id = hash(`${path}\0${text}`);
    const known = this.#views.get(id);
    if (known !== undefined) return known;
    const whole = this.#viewOf(path, text);
    const declarations = this.#declarationsOf(path, text);
    const face = declarations === undefined ? whole : this.#viewOf(path, declarations);
    this.#views.set(id, { whole, face });
    return { whole, face };
  }

  #viewOf(path: string, text: string): View {
    const imports = isCode(path) ? this.#compiler.preProcessFile(text).importedFiles : [];
    return {
      id: hash(`${path}\0${text}`),
      imports: imports
        .filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => posix.join(posix.dirname(path), fileName)),
    };
  }

  /** What a file declares, or nothing where that takes more than its text to know. */
  #declarationsOf(path: string, text: string): string | undefined {
    if (!isCode(path) || /\.d\.[cm]?ts$/.test(path)) return undefined;
    const { transpileDeclaration, ModuleKind, ScriptTarget } = this.#compiler;
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

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 22);
}
