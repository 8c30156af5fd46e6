import type { ClientSession, Connection } from 'mongoose';

/** Does everything of `work` or nothing; `work` may be repeated. Returns what it returns. */
export const withTransaction = <Result>(
  connection: Connection,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> =>
  connection.withSession((session) => session.withTransaction(() => work(session)));
