/** What bounds reactions; how fast they may come is `limits.rate.react`. */
export const reactionLimits = {
  keyCharacters: 64, // UTF-16 code units
  keysPerMessage: 20,
  keysPerUser: 10, // on one message
  usersShown: 3, // of those who chose a key, in the message itself
  quietRestMs: 1_000, // above limits.conversation.quietAboveMembers, between two transactions
} as const;
