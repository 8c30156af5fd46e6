/** What will not work in a project at this path, each with its reason. */
export function pathNotes(path: string): readonly string[] {
  const notes: readonly (readonly [RegExp, string])[] = [
    [/#/, 'npm test fails below a directory with # in its name'],
    [/\?/, 'npm test and npm run check fail below a directory with ? in its name'],
    // Only these look like an encoded character.
    [/%[0-9a-f]{2}/i, 'npm test fails below a directory whose name has % before two digits'],
  ];
  return notes
    .filter(([sign]) => sign.test(path))
    .map(([, note]) => `${note}, because Vite reads paths as URLs: move the project, or rename it`);
}
