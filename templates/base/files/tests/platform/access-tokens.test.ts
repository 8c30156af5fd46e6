import { generateKeyPairSync, randomBytes, sign as signBy } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../src/configs/env.ts';
import { limits } from '../../src/configs/limits.ts';
import { AppError, toProblem } from '../../src/platform/errors/app-error.ts';
import { AccessTokens } from '../../src/platform/security/access-tokens.ts';
import { testVariables } from '../support/app.ts';
import { byHmac, claimsOf, encodePart, firstKeyOf, forgeToken } from '../support/forged-tokens.ts';

const keyOf = (kid: string): string => `${kid}:${randomBytes(32).toString('base64url')}`;
const variables = testVariables({ ACCESS_TOKEN_KEYS: `${keyOf('first')},${keyOf('second')}` });
const { kid, key } = firstKeyOf(variables);
const start = Math.floor(Date.now() / 1_000) * 1_000;
const [user, device] = ['a'.repeat(24), 'b'.repeat(24)];
const header = { alg: 'HS256', typ: 'at+jwt', kid };
const claims = claimsOf(user, device, start);
const byKey = byHmac(key);
const problem = toProblem(new AppError('unauthenticated'));

/** The tokens of a backend, some milliseconds after the start. */
const tokensAt = (ms = 0): AccessTokens =>
  new AccessTokens(parseEnvironment(variables), { now: () => new Date(start + ms) });

/** A token that is right but for what is given. */
const like = (other: object, changes: object = {}, sign = byKey): string =>
  forgeToken({ ...header, ...other }, { ...claims, ...changes }, sign);

/** A token with other text in place of its payload, signed well. */
const withPayload = (payload: string): string => {
  const text = `${encodePart(header)}.${payload}`;
  return `${text}.${byKey(text)}`;
};

/** The same with its header written in another way. */
const withHeader = (text: string): string => {
  const signed = `${Buffer.from(text).toString('base64url')}.${encodePart(claims)}`;
  return `${signed}.${byKey(signed)}`;
};

function refusalOf(token: string, ms = 0): unknown {
  try {
    return tokensAt(ms).verify(token);
  } catch (error) {
    return error;
  }
}

function expectRefused(tokens: Readonly<Record<string, string>>): void {
  for (const [what, token] of Object.entries(tokens)) {
    const refusal = refusalOf(token);
    expect([what, refusal]).toEqual([what, expect.any(AppError)]);
    expect([what, toProblem(refusal)]).toEqual([what, problem]);
  }
}

const good = forgeToken(header, claims, byKey);
const [, payload = '', signature = ''] = good.split('.');
const unsigned = good.slice(0, -signature.length);
const caller = { userId: user, deviceId: device, expiresAt: new Date(start + 60_000) };

/** A token whose signature has a letter that plain base64 spells otherwise. */
function withUrlLetters(): string {
  for (let jti = 0; ; jti += 1) {
    const token = like({}, { jti: String(jti) });
    if (/[-_][^.]*$/.test(token)) return token;
  }
}

describe('access tokens', () => {
  it('C11 what is signed here is a JWT as others make it, and verified either way', () => {
    const { token, expiresAt } = tokensAt().sign(user, device);
    const [head = '', body = ''] = token.split('.');
    const said = JSON.parse(Buffer.from(body, 'base64url').toString());
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual(header);
    expect(said).toMatchObject({ sub: user, device, exp: expiresAt.getTime() / 1_000 });
    expect(token).toBe(forgeToken(header, said, byKey));
    expect(tokensAt().verify(token)).toEqual({ userId: user, deviceId: device, expiresAt });
    expect(tokensAt().verify(good)).toEqual(caller);
    expect(tokensAt().sign(user, device).token).not.toBe(token);
  });

  it('C11 no algorithm but ours, whatever the header says and whoever signs for it', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const byRsa = (text: string) =>
      signBy('sha256', Buffer.from(text), privateKey).toString('base64url');
    const nothing = () => '';
    expectRefused({
      none: like({ alg: 'none' }, {}, nothing),
      None: like({ alg: 'None' }, {}, nothing),
      'none, signed': like({ alg: 'none' }),
      'ours, unsigned': unsigned,
      'none of ours': `${unsigned}null`,
      HS384: like({ alg: 'HS384' }, {}, byHmac(key, 'sha384')),
      HS512: like({ alg: 'HS512' }, {}, byHmac(key, 'sha512')),
      'HS512 by our hash': like({ alg: 'HS512' }),
      'ours by another hash': like({}, {}, byHmac(key, 'sha512')),
      'ours by another hash, cut': like({}, {}, (text) => byHmac(key, 'sha512')(text).slice(0, 43)),
      RS256: like({ alg: 'RS256' }, {}, byRsa),
      'RS256 by our key': like({ alg: 'RS256' }),
      'RS256 with its public key as a secret': like({ alg: 'RS256' }, {}, byHmac(pem)),
      'ours with a public key as a secret': like({}, {}, byHmac(pem)),
      ES256: like({ alg: 'ES256' }),
      'an algorithm in lower case': like({ alg: 'hs256' }),
      'no algorithm': like({ alg: undefined }),
      'a list of algorithms': like({ alg: ['HS256'] }),
    });
  });

  it('C11 no key but the one of the ring that its header names', () => {
    const second = variables['ACCESS_TOKEN_KEYS']?.split(',')[1]?.split(':')[1] ?? '';
    const bySecond = byHmac(Buffer.from(second, 'base64url'));
    expect(tokensAt().verify(like({ kid: 'second' }, {}, bySecond))).toEqual(caller);
    const own = { kty: 'oct', k: Buffer.alloc(32).toString('base64url') };
    expectRefused({
      'another key': like({}, {}, byHmac(randomBytes(32))),
      'an empty key': like({}, {}, byHmac('')),
      'the text of the key': like({}, {}, byHmac(key.toString('base64url'))),
      'a part of the key': like({}, {}, byHmac(key.subarray(0, 31))),
      'the name of another key': like({ kid: 'second' }),
      'the key of another name': like({}, {}, bySecond),
      'an unknown name': like({ kid: 'third' }),
      'no name': like({ kid: undefined }),
      'null as a name': like({ kid: null }),
      'a list of names': like({ kid: [kid] }),
      'the name of a property': like({ kid: '__proto__' }),
      'a path as a name': like({ kid: '../../../dev/null' }, {}, byHmac('')),
      'a key by address': like({ jku: 'https://example.com/keys' }),
      'a certificate by address': like({ x5u: 'https://example.com/keys' }),
      'a key of its own': like({ jwk: own }, {}, byHmac(Buffer.alloc(32))),
    });
  });

  it('C11 no other type, no other header, and no other spelling of ours', () => {
    const { alg, typ } = header;
    expectRefused({
      'another type': like({ typ: 'JWT' }),
      'the long name of the type': like({ typ: 'application/at+jwt' }),
      'the type in capitals': like({ typ: 'AT+JWT' }),
      'no type': like({ typ: undefined }),
      'an extension that must be understood': like({ crit: ['b64'], b64: false }),
      'one more name': like({ x: 1 }),
      'another order': withHeader(JSON.stringify({ typ, alg, kid })),
      'a space': withHeader(JSON.stringify(header, null, 1)),
      'a name twice': withHeader(`{"alg":"none","alg":"${alg}","typ":"${typ}","kid":"${kid}"}`),
      'an escape': withHeader(JSON.stringify(header).replace('HS256', String.raw`\u0048S256`)),
      'no object': withHeader('null'),
      'no JSON': withHeader('HS256'),
    });
  });

  it('C11 no other issuer, audience, subject or device, and nothing left out', () => {
    const without = (name: string) => like({}, { [name]: undefined });
    expectRefused({
      'another issuer': like({}, { iss: 'another' }),
      'a list of issuers': like({}, { iss: ['chat-backend'] }),
      'another audience': like({}, { aud: 'another' }),
      'a list of audiences': like({}, { aud: ['another', 'chat-backend'] }),
      'a number as subject': like({}, { sub: 1 }),
      'a filter as subject': like({}, { sub: { $ne: null } }),
      'a filter as device': like({}, { device: { $ne: null } }),
      ...Object.fromEntries(
        ['iss', 'aud', 'sub', 'device', 'jti', 'exp'].map((name) => [`no ${name}`, without(name)]),
      ),
      'nothing as payload': withPayload(''),
      'null as payload': withPayload(encodePart(null)),
      'a list as payload': withPayload(encodePart([claims])),
      'a text as payload': withPayload(encodePart('claims')),
      'no JSON as payload': withPayload(Buffer.from('{').toString('base64url')),
      'the payload of another': `${encodePart(header)}.${encodePart({ ...claims, sub: device })}.${signature}`,
    });
  });

  it('C11 no time but its own, give or take the tolerance', () => {
    const toleranceMs = limits.token.clockToleranceSeconds * 1_000;
    const endMs = 60_000 + toleranceMs;
    expect(refusalOf(good, endMs - 1)).toEqual(caller);
    expect(refusalOf(good, endMs)).toBeInstanceOf(AppError);
    const later = like({}, { nbf: start / 1_000 + 30 });
    expect(refusalOf(later, 30_000 - toleranceMs)).toEqual(caller);
    expect(refusalOf(later, 30_000 - toleranceMs - 1)).toBeInstanceOf(AppError);
    const times = { text: String(claims.exp), null: null, list: [claims.exp], true: true };
    for (const [what, time] of Object.entries(times)) {
      expectRefused({ [`exp is ${what}`]: like({}, { exp: time }) });
      expectRefused({ [`nbf is ${what}`]: like({}, { nbf: time }) });
    }
    const infinite = JSON.stringify(claims).replace(String(claims.exp), '1e999');
    expectRefused({
      'ended long ago': like({}, { exp: 0 }),
      'ended before there was time': like({}, { exp: -1 }),
      'never ends': withPayload(Buffer.from(infinite).toString('base64url')),
    });
  });

  it('C11 a signature has one spelling', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const bytes = Buffer.from(signature, 'base64url');
    const same = letters
      .split('')
      .map((letter) => signature.slice(0, -1) + letter)
      .filter((one) => one !== signature && Buffer.from(one, 'base64url').equals(bytes));
    expect(same).toHaveLength(3);
    const url = withUrlLetters();
    expect(tokensAt().verify(url)).toMatchObject({ userId: user });
    const [head = '', body = '', tail = ''] = url.split('.');
    expectRefused({
      ...Object.fromEntries(same.map((one) => [`trailing bits ${one.at(-1)}`, unsigned + one])),
      'the letters of base64': `${head}.${body}.${tail.replaceAll('-', '+').replaceAll('_', '/')}`,
      padded: `${good}=`,
      'padded twice': `${good}==`,
      'a line behind it': `${good}\n`,
      'a space behind it': `${good} `,
      'a zero behind it': `${good}\0`,
      'a line inside': `${unsigned}${signature.slice(0, 20)}\n${signature.slice(20)}`,
      'another script': `${unsigned}${signature.slice(0, -1)}é`,
      'in hexadecimal': unsigned + bytes.toString('hex'),
      'in capitals': unsigned + signature.toUpperCase(),
      'a padded payload': `${encodePart(header)}.${payload}=.${signature}`,
      'a padded header': `${encodePart(header)}=.${payload}.${signature}`,
    });
  });

  it('C11 neither fewer parts nor more, neither shorter nor longer', () => {
    const long = 'x'.repeat(100_000);
    expectRefused({
      nothing: '',
      dots: '..',
      'one part': encodePart(header),
      'two parts': unsigned.slice(0, -1),
      'one part more': `${good}.`,
      'a part before it': `.${good}`,
      'five parts, as what is encrypted has': `${good}.${payload}.${signature}`,
      'its word for it': `Bearer ${good}`,
      'a signature that is cut': good.slice(0, -3),
      'a signature that is doubled': good + signature,
      'a signature too long': good + long,
      'a long payload that is signed': like({}, { jti: long }),
      'many dots': '.'.repeat(100_000),
    });
    const letters = good.split('');
    for (const [index, letter] of letters.entries()) {
      const other = letter === 'A' ? 'B' : 'A';
      expectRefused({ [`letter ${index}`]: letters.with(index, other).join('') });
    }
  });
});
