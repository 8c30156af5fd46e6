import type { PlannedFile } from '../plan/planned-file.ts';
import type { FileAction } from '../result.ts';

/** What happens to one planned file, with the bytes to write. */
export interface PlannedAction extends FileAction {
  readonly file: PlannedFile;
  /** For `append`: what is added at the end of the file. */
  readonly appendedLines?: string;
  /** For `keep`: the file has the planned bytes already. */
  readonly isSame?: boolean;
}
