/** Mode of every directory. */
export const DIRECTORY_MODE = 0o755;

/** Every directory the files need, parents first. */
export function directoriesOf(files: readonly { readonly path: string }[]): readonly string[] {
  const found = new Set<string>();
  for (const { path } of files) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      found.add(path.slice(0, slash));
    }
  }
  return [...found].sort();
}
