/** What bounds mentions. */
export const mentionLimits = {
  perMessage: 50,
  allUpToMembers: 100, // above, only admins and owner mention everybody
  countedBack: 10_000, // messages of a conversation, from its end
  mentionable: 20, // users an answer
} as const;
