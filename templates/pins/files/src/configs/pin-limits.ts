/** What bounds pins. */
export const pinLimits = {
  perConversation: 50, // all of them are one page
} as const;
