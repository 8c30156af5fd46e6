/** Words of the most common long passwords; people put two or three of them together. */
const words = (
  'password passwort letmein welcome admin administrator qwerty qwertyuiop asdfgh asdfghjkl zxcvbn ' +
  'zxcvbnm iloveyou monkey dragon football baseball basketball superman batman princess sunshine ' +
  'master shadow michael jennifer jordan hunter michelle charlie andrew freedom whatever trustno1 ' +
  'starwars computer internet pokemon summer winter spring autumn secret changeme default login ' +
  'abc123 123456 12345678 123456789 1234567890 111111 000000 qazwsx 1q2w3e4r 1qaz2wsx correct horse'
).split(' ');

/** Runs on a keyboard and rows of digits that pass a rule about length. */
const runs = [
  'qwertyuiopasdfghjklzxcvbnm',
  '1234567890123456789012345678901234567890',
  'abcdefghijklmnopqrstuvwxyz0123456789',
  '0987654321098765432109876543210987654321',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  'zaq12wsxcde34rfvbgt56yhnmju7',
];

const shortest = 15; // as the rule about length; shorter ones never get here

/**
 * Common passwords that are long enough for the rule about length: pairs of common words, plain and
 * with a separator, and every start of a keyboard run; about 10,000.
 *
 * Made from short lists, because published lists hold hardly any password of this length.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  [
    ...words.flatMap((first) =>
      words.flatMap((second) =>
        ['', ' ', '-', '_', '1'].map((between) => first + between + second),
      ),
    ),
    ...words.flatMap((word) => words.map((other) => `${word}${other}123`)),
    ...runs.flatMap((run) =>
      Array.from({ length: run.length - shortest + 1 }, (_, index) =>
        run.slice(0, shortest + index),
      ),
    ),
    'correct horse battery staple',
    'correcthorsebatterystaple',
  ].filter((password) => password.length >= shortest),
);
