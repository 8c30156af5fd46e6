/**
 * What a username looks like: two names of one key cannot both be, so `paypa1` is taken where `paypal`
 * is, and `max.m` where `max-m` is. Takes a username as it is stored, in lower case.
 */
export const nameKeyOf = (username: string): string =>
  username
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll(/[._-]+/g, '-');
