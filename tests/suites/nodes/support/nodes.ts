import { startApp, testVariables, type TestApp } from './app.ts';

/** Nodes of one backend: one database, one broker. */
export async function startNodes(
  count: number,
  changes: Record<string, string> = {},
): Promise<[TestApp, TestApp, ...TestApp[]]> {
  const { REDIS_URL } = process.env;
  const variables = testVariables({ ...(REDIS_URL && { REDIS_URL }), ...changes });
  const nodes: TestApp[] = [];
  for (let node = 0; node < count; node += 1) nodes.push(await startApp(variables));
  return nodes as [TestApp, TestApp, ...TestApp[]];
}
