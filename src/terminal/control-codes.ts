/** Control sequences of a terminal. @see https://ecma-international.org/publications-and-standards/standards/ecma-48 */
export const HIDE_CURSOR = '\u001B[?25l';
export const SHOW_CURSOR = '\u001B[?25h';

/**
 * Erases the row of the cursor and all below, and leaves the cursor at its beginning. All but the
 * first cell come first: what erases a whole screen puts a copy of it among what was scrolled away.
 */
export const ERASE_BELOW = '\r\u001B[C\u001B[J\r\u001B[K';

/** What does not fit into a row is cut off, or goes on in the next one. */
export const CUT = '\u001B[?7l';
export const WRAP = '\u001B[?7h';
