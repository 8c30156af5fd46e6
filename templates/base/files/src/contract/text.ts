/**
 * Anything but what takes no ink: white space, controls, what a renderer ignores (joiners, selectors,
 * tags), the fillers of Hangul, which are letters by their category, and the blank pattern of Braille.
 *
 * @see Unicode Standard Annex 44, White_Space and Default_Ignorable_Code_Point
 */
const ink =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}]/u;

/** Whether anything of a text can be seen; an empty one has nothing. */
export const hasVisibleText = (text: string): boolean => ink.test(text);
