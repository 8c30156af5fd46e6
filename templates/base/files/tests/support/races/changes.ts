import type { Answer, TestApp, TestUser } from '../app.ts';
import { importAll } from '../uses.ts';
import type { Trial } from './stage.ts';
import type { Change } from './table.ts';
import type { Written } from './written.ts';

/** How a right ends: what is asked for, and which write of the database is its end. */
export interface End {
  start(app: TestApp, trial: Trial): Promise<Answer>;
  isIn(write: Written, trial: Trial): boolean;
}

const at = ({ place }: Trial): string => `/conversations/${place.conversationId}`;
const member = (trial: Trial): string => `${at(trial)}/members/${trial.asker.id}`;

const block = (by: 'target' | 'outsider'): End => ({
  start: (app, trial) => as(trial[by], app, 'PUT', `/users/${trial.asker.id}/block`),
  isIn: ({ collection, row }, trial) =>
    collection === 'blocks' && String(row['user']) === trial[by].id,
});

export type Ends = Readonly<Partial<Record<Change, End>>>;

/** The ends of rights that the core has. */
const core: Ends = {
  removal: {
    start: (app, trial) => as(trial.owner, app, 'DELETE', member(trial)),
    isIn: ({ id, fields }, trial) => id === trial.membershipId && 'leftAt' in fields,
  },
  demotion: {
    start: (app, trial) => as(trial.owner, app, 'PATCH', member(trial), { role: 'member' }),
    isIn: ({ id, fields }, trial) => id === trial.membershipId && fields['role'] === 'member',
  },
  'block by the target': block('target'),
  'block by the outsider': block('outsider'),
  archiving: {
    start: (app, trial) => as(trial.owner, app, 'DELETE', at(trial)),
    isIn: ({ id, fields }, trial) => id === trial.place.conversationId && 'archivedAt' in fields,
  },
};

/** Those, and the ones that features bring along. */
export async function readEnds(): Promise<Ends> {
  const modules = await importAll<{ ends?: Ends }>('../races');
  return Object.assign({ ...core }, ...modules.map(({ ends }) => ends)) as Ends;
}

export const as = (user: TestUser, app: TestApp, method: string, path: string, body?: unknown) =>
  app.call(method, path, { token: user.token, body });
