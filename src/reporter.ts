/** The parts of a run that take time. */
export type Step = 'write' | 'install' | 'git' | 'verify';

/** Hears of a run while it happens. Nothing else of createProject speaks. */
export interface Reporter {
  /** A step begins. */
  readonly begin: (step: Step, text: string) => void;
  /** The step that began last has ended. */
  readonly end: (step: Step, outcome: 'done' | 'skipped' | 'failed', text: string) => void;
  /** Something worth knowing while it goes on. */
  readonly note: (text: string) => void;
  /** Details for somebody who looks for a fault. */
  readonly debug: (text: string) => void;
}

/** The reporter of a caller who gave none. */
export const SILENT: Reporter = { begin() {}, end() {}, note() {}, debug() {} };
