/**
 * Names that speak for the system, written without separators; nobody new can have one, whole or
 * before a separator. `RESERVED_USERNAMES` adds those of an installation.
 */
export const reservedUsernames: readonly string[] = [
  // whoever runs it
  'admin admins administrator sysadmin sysop root superuser operator moderator moderators',
  'mod mods staff official webmaster',
  // whoever helps
  'help helpdesk support security abuse safety trustandsafety verified billing payment payments',
  'contact feedback legal privacy info',
  // addresses that mail servers keep for themselves (RFC 2142)
  'postmaster hostmaster noreply donotreply mailerdaemon notifications',
  // programs
  'system server service bot chatbot api webhook daemon console',
  // everybody and nobody
  'everyone everybody all here channel anonymous nobody null undefined unknown',
  'deleted deleteduser erased removed',
].flatMap((line) => line.split(' '));
