/** Whether a unique index objected, and on which of its fields. */
export function duplicateKeyOf(error: unknown): readonly string[] | undefined {
  const { code, keyPattern } = error as { code?: unknown; keyPattern?: object };
  return code === 11_000 ? Object.keys(keyPattern ?? {}) : undefined;
}
