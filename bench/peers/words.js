const VOCABULARY = 20_000;

/** A word by chance: few are frequent, most are rare. */
export const word = () =>
  Math.floor(VOCABULARY ** Math.random())
    .toString(36)
    .padStart(4, 'wxyz');
