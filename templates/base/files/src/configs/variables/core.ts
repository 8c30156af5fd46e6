import { mongo } from 'mongoose';
import { z } from 'zod';
import { keyRing, secret } from '../secrets.ts';

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { message: `is one of ${names.join(', ')}` });

/** A page's origin exactly as a browser sends it. */
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

const origins = z
  .string()
  .default('')
  .transform(list)
  .refine((texts) => texts.every(isOrigin), {
    message:
      'is a list of exact origins such as https://chat.example.com,http://localhost:5173: lower case, no path, no slash at the end, no *',
  });

/** Folded as usernames are; also the name of a package, which may hold a ~. */
const usernames = z
  .string()
  .default('')
  .transform((text) => list(text.normalize('NFKC').toLowerCase()))
  .refine((names) => names.every((name) => /^[a-z0-9_.~-]+$/.test(name)), {
    message:
      'is a list of usernames such as acme,acme-support: letters a-z, digits, and . _ - only',
  });

const network = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]);
const maxProxies = 16;

/** `true` would let any client choose its own address. */
const trustProxy = z
  .string()
  .default('0')
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : list(text)))
  .refine(
    (trust) =>
      typeof trust === 'number'
        ? trust <= maxProxies
        : trust.length > 0 && trust.every((text) => network.safeParse(text).success),
    {
      message:
        'is the number of proxies before this backend, such as 1, or their networks, such as 10.0.0.0/8,fd00::/8; never true',
    },
  );

/** As the driver reads it; nothing is connected. */
function isConnectionString(text: string): boolean {
  try {
    void new mongo.MongoClient(text);
    return true;
  } catch {
    return false;
  }
}

const port = z
  .string()
  .default('3000')
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
    message: 'is a number from 0 to 65535, such as 3000',
  })
  .transform(Number);

const factor = z
  .string()
  .default('1')
  .transform(Number)
  .refine((number) => number > 0 && Number.isFinite(number), {
    message: 'is a number above 0, such as 1',
  });

/** The environment variables of the core; an empty one counts as absent. */
export const coreVariables = {
  NODE_ENV: oneOf(['development', 'test', 'production']).default('production'),
  HOST: z.string().default('0.0.0.0'),
  PORT: port,
  MONGODB_URI: z
    .string({
      message:
        'is missing: name a replica set, for example mongodb://localhost:27017/chat?replicaSet=rs0; npm run dev needs none',
    })
    .regex(/^mongodb(?:\+srv)?:\/\//, {
      message: 'begins with mongodb:// or mongodb+srv://',
      abort: true,
    })
    .refine(isConnectionString, {
      message:
        'is no connection string: mongodb://<user>:<password>@<host>:27017/chat?replicaSet=rs0, with special characters of the password as %XX',
    }),
  ACCESS_TOKEN_KEYS: keyRing,
  REFRESH_TOKEN_KEY: secret,
  DATA_KEYS: keyRing,
  RESERVED_USERNAMES: usernames,
  ALLOWED_ORIGINS: origins,
  TRUST_PROXY: trustProxy,
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  RATE_LIMIT_FACTOR: factor,
  SOCKET_POLLING: oneOf(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
};
