/** The words of a command line among which flags are: all up to `--`. */
export function flagWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}
