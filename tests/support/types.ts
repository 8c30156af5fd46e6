import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type ts from 'typescript';
import { Faces } from './faces.ts';

/**
 * Type-checks projects that lie beside each other over one installation, with its compiler and
 * their settings. Files that the compiler cannot tell apart are checked once.
 * @returns what it found, as it prints it; nothing when all is right.
 */
export async function typeErrors(
  cwd: string,
  projects: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<string> {
  const compiler = createRequire(join(cwd, 'package.json'))('typescript') as typeof ts;
  const faces = new Faces(compiler);
  /** One file for each face, and the face of every file. */
  const showing = new Map<string, string>();
  const faceOf = new Map<string, string>();
  /** One file for each of which the compiler could say something else. */
  const different = new Map<string, string>();
  const settings = [...projects.keys()].map((name) => settingsOf(compiler, join(cwd, name)));
  for (const [index, [name, texts]] of [...projects].entries()) {
    const keys = faces.of(texts);
    for (const [path, { face }] of keys) {
      const file = join(cwd, name, path);
      faceOf.set(file, face);
      if (!showing.has(face)) showing.set(face, file);
    }
    for (const file of settings[index]!.fileNames) {
      const { whole } = keys.get(relative(join(cwd, name), file))!;
      if (!different.has(whole)) different.set(whole, file);
    }
  }
  const options = theOne(settings.map((setting) => setting.options));
  const host = hostOf(compiler, options, (file) => showing.get(faceOf.get(file) ?? '') ?? file);
  const program = compiler.createProgram([...different.values()], options, host);
  const found = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of different.values()) {
    const source = program.getSourceFile(file);
    found.push(
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    );
    // The test that waits for this has to answer its parent now and then.
    await breathe();
  }
  return compiler.formatDiagnostics(found, { ...host, getCurrentDirectory: () => cwd });
}

function settingsOf(compiler: typeof ts, directory: string): ts.ParsedCommandLine {
  const path = join(directory, 'tsconfig.json');
  const { config } = compiler.readConfigFile(path, (file) => compiler.sys.readFile(file));
  const settings = compiler.parseJsonConfigFileContent(config, compiler.sys, directory);
  if (settings.errors.length > 0) throw new Error(`${directory} has a wrong tsconfig.json`);
  return settings;
}

function theOne(all: readonly ts.CompilerOptions[]): ts.CompilerOptions {
  const shared = all.map((options) => {
    const copy = { ...options, incremental: false };
    delete copy.tsBuildInfoFile;
    return copy;
  });
  const [one] = shared;
  if (one === undefined || new Set(shared.map((options) => JSON.stringify(options))).size > 1)
    throw new Error('all projects must have the same compiler options');
  return one;
}

/** The host of the command-line compiler, but an import leads to the file that stands for it. */
function hostOf(
  compiler: typeof ts,
  options: ts.CompilerOptions,
  standsFor: (file: string) => string,
): ts.CompilerHost {
  const host = compiler.createCompilerHost(options);
  const cache = compiler.createModuleResolutionCache(
    host.getCurrentDirectory(),
    (name) => name,
    options,
  );
  host.resolveModuleNameLiterals = (names, from, redirect, settings, source) =>
    names.map((name) => {
      const mode = compiler.getModeForUsageLocation(source, name, settings);
      const found = compiler.resolveModuleName(
        name.text,
        from,
        settings,
        host,
        cache,
        redirect,
        mode,
      );
      const { resolvedModule } = found;
      if (resolvedModule === undefined) return found;
      const resolvedFileName = standsFor(resolvedModule.resolvedFileName);
      return { ...found, resolvedModule: { ...resolvedModule, resolvedFileName } };
    });
  return host;
}
