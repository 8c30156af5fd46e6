/** Why a start failed; `exitCode` as in sysexits(3): 69 unavailable, 78 configuration. */
export class StartError extends Error {
  readonly exitCode: 69 | 78;

  constructor(exitCode: 69 | 78, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StartError';
    this.exitCode = exitCode;
  }
}
