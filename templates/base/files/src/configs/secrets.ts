import { z } from 'zod';

const keyBytes = 32;
const recipe = `node -p "crypto.randomBytes(${keyBytes}).toString('base64url')"`;

/** What a person types. In one case or capitalised only: a random key in fifty million holds one. */
const words =
  'secret passwo change replac exampl sample defaul qwerty abcdef 123456 letmein foobar random produc'
    .split(' ')
    .flatMap((word) => [word, word.toUpperCase(), word[0]?.toUpperCase() + word.slice(1)]);

/** Whether a text looks like random bytes in base64url: long, without words, patterns or one case. */
function isStrongSecret(text: string): boolean {
  if (!/^[\w-]+$/.test(text) || words.some((word) => text.includes(word))) return false;
  const bytes = Buffer.from(text, 'base64url');
  // Random bytes hold about 30 different values among 32; repeated patterns far fewer.
  const isVaried = new Set(bytes).size >= keyBytes / 2;
  return bytes.length >= keyBytes && isVaried && /[a-z]/.test(text) && /[A-Z]/.test(text);
}

/** A key of at least 32 random bytes in base64url. */
export const secret = z
  .string({ message: `is missing: put there what this prints: ${recipe}` })
  .refine(isStrongSecret, {
    message: `is weak: it needs ${keyBytes} random bytes in base64url, which this prints: ${recipe}`,
  });

/** `name:secret,name:secret`: the first key signs or writes, all of them verify or read. */
export const keyRing = z
  .string({
    message: `is missing: put there k1:<secret>, and as secret what this prints: ${recipe}`,
  })
  .transform((text) =>
    text.split(',').map((part) => {
      const [kid = '', ...value] = part.trim().split(':');
      return { kid, secret: value.join(':') };
    }),
  )
  .refine((keys) => keys.every(({ kid }) => /^[\w-]{1,32}$/.test(kid)), {
    message: 'is written as name:secret,name:secret; a name has letters, digits, - and _',
    abort: true,
  })
  .refine((keys) => isUnlike(keys.map(({ kid }) => kid)), { message: 'has two keys of one name' })
  .refine((keys) => isUnlike(keys.map((key) => key.secret)), { message: 'has one secret twice' })
  .pipe(z.array(z.object({ kid: z.string(), secret })));

const isUnlike = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
