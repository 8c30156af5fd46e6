import type { TestApp } from './app.ts';

/** Which rights are read from now on, as the ids that are asked for. */
export function watchRights({ app }: TestApp): string[] {
  const { collection } = app.connection.model('Conversation');
  const find = collection.find.bind(collection);
  const asked: string[] = [];
  collection.find = ((...args: Parameters<typeof find>) => {
    asked.push(JSON.stringify(args[0]));
    return find(...args);
  }) as typeof collection.find;
  return asked;
}
