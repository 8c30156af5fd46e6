/** A file of a project before it is written. */
export interface PlannedFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: 0o644 | 0o755 | 0o600;
  /** The feature that owns it. */
  readonly feature: string;
}
