/** How a start that failed ends. @see sysexits(3) */
export const exitCodes = { unavailable: 69, configuration: 78 } as const;

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Why a start failed. */
export class StartError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StartError';
    this.exitCode = exitCode;
  }
}
