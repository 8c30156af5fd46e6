/** Where a mongod is looked for; the defaults are this machine's. */
export interface Places {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder of the user's, kept between projects. */
  readonly cache: string;
  /** Says in one line what goes on. */
  readonly say: (line: string) => void;
}
