/** What the parent of this process may ask of it. */
export type Methods = Record<string, (input: never) => unknown>;

/** Answers the parent; ends with it. */
export function serve(methods: Methods): void {
  process.on('message', ({ id, name, input }: { id: number; name: string; input: never }) => {
    void answer(id, async () => methods[name]?.(input));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    process.send?.({ id, value: await work() });
  } catch (error) {
    process.send?.({ id, error: (error as Error).stack });
  }
}
