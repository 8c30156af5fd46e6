import { z } from 'zod';

const keyBytes = 32;

/** A secret of at least 32 random bytes in base64url; words and repetitions are refused. */
const secret = z.string().refine(isStrongSecret, {
  message:
    'needs at least 32 random bytes: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
});

function isStrongSecret(text: string): boolean {
  if (!/^[\w-]+={0,2}$/.test(text)) return false;
  const bytes = Buffer.from(text, 'base64url');
  // Random bytes hold about 30 different values among 32; words and repeated patterns far fewer.
  return bytes.length >= keyBytes && new Set(bytes).size >= keyBytes / 2;
}

/** `name:secret,name:secret`: the first key signs, all of them verify. */
const keyRing = z
  .string({ message: 'is missing: name:secret, where the secret is 32 random bytes in base64url' })
  .transform((text) =>
    text.split(',').map((part) => {
      const [kid = '', value = ''] = part.trim().split(':');
      return { kid, secret: value };
    }),
  )
  .pipe(
    z
      .array(
        z.object({
          kid: z.string().regex(/^[\w-]{1,32}$/, 'each key is written as name:secret'),
          secret,
        }),
      )
      .refine((keys) => new Set(keys.map((key) => key.kid)).size === keys.length, {
        message: 'has two keys of one name',
      }),
  );

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: 'is a list of origins such as https://chat.example.com',
});

const cidr = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  message: 'is a number of proxies, or a list of networks such as 10.0.0.0/8; never true',
});

/** `true` would let any client choose its own address. */
const trustProxy = z
  .string()
  .default('0')
  .transform((text) => (/^\d{1,2}$/.test(text) ? Number(text) : list(text)))
  .pipe(z.union([z.int().min(0).max(16), z.array(cidr).min(1)]));

const flag = z
  .enum(['true', 'false'], { message: 'is true or false' })
  .default('false')
  .transform((text) => text === 'true');

/** The environment variables of the core; an empty one counts as absent. */
export const coreVariables = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  HOST: z.string().default('0.0.0.0'),
  PORT: z
    .string()
    .default('3000')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      message: 'is a number from 0 to 65535',
    })
    .transform(Number),
  MONGODB_URI: z
    .string({
      message: 'is missing: name a replica set, for example mongodb://localhost:27017/chat',
    })
    .regex(/^mongodb(?:\+srv)?:\/\//, 'begins with mongodb:// or mongodb+srv://'),
  ACCESS_TOKEN_KEYS: keyRing,
  REFRESH_TOKEN_KEY: z.string({ message: 'is missing: 32 random bytes in base64url' }).pipe(secret),
  ALLOWED_ORIGINS: z.string().default('').transform(list).pipe(z.array(origin)),
  TRUST_PROXY: trustProxy,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  RATE_LIMIT_FACTOR: z
    .string()
    .default('1')
    .transform(Number)
    .pipe(z.number({ message: 'is a number above 0' }).positive('is a number above 0')),
  SOCKET_POLLING: flag,
};
