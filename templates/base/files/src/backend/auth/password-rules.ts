import { limits } from '../../configs/limits.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { commonPasswords } from './common-passwords.ts';

const { account } = limits;

/**
 * Refuses a password that is too short, too long, common, or made of what everybody knows of its
 * user. No rule about kinds of characters: length is what counts.
 *
 * @throws AppError `weak-password`
 * @see NIST SP 800-63B section 3.1.1.2
 */
export function assertStrongPassword(
  password: string,
  user: { readonly username: string; readonly email: string },
): void {
  const length = Array.from(password).length;
  if (length < account.passwordMinCharacters)
    throw weak(`A password has at least ${account.passwordMinCharacters} characters.`);
  if (length > account.passwordMaxCharacters)
    throw weak(`A password has at most ${account.passwordMaxCharacters} characters.`);
  const plain = password.toLowerCase();
  if (commonPasswords.has(plain) || isRepetition(plain)) throw weak('This password is too common.');
  const known = [user.username, user.email.split('@')[0] ?? '', 'password', 'chat'];
  if (known.some((word) => word.length >= 4 && isMostly(plain, word)))
    throw weak('This password is made of your name, your address or another known word.');
}

/** One short piece over and over: `abcabcabcabcabc`. */
const isRepetition = (password: string): boolean => /^(.{1,5})\1{2,}.{0,4}$/su.test(password);

/** Whether little is left when a word and its digits are taken out. */
const isMostly = (password: string, word: string): boolean =>
  password.includes(word) && password.replaceAll(word, '').replaceAll(/[\d\s._-]/g, '').length < 4;

const weak = (detail: string): AppError => new AppError('weak-password', { detail });
