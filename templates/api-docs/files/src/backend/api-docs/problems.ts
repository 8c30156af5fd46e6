import type { CommandContract, RouteContract } from '../../contract/define.ts';
import { problemStatus, type ProblemCode } from '../../contract/errors.ts';

const anywhere: readonly ProblemCode[] = ['rate-limited', 'internal', 'unavailable'];

/** Every problem that the form of a route implies, and those that it names itself. */
export function problemsOfRoute(route: RouteContract): ReadonlyMap<number, readonly ProblemCode[]> {
  const takesInput = route.params ?? route.query ?? route.body;
  return byStatus([
    'malformed',
    ...anywhere,
    ...(route.public ? [] : (['unauthenticated'] as const)),
    ...(takesInput ? (['validation'] as const) : []),
    ...(route.params ? (['not-found'] as const) : []),
    // A body is read before anybody knows that none is taken.
    ...(route.method === 'get' ? [] : (['too-large', 'unsupported-media-type'] as const)),
    ...(route.problems ?? []),
  ]);
}

/** Every problem that the acknowledgement of a command may carry. */
export function problemsOfCommand(command: CommandContract): readonly ProblemCode[] {
  const codes = [...anywhere, 'malformed', 'validation', ...(command.problems ?? [])] as const;
  return [...byStatus(codes).values()].flat();
}

function byStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, readonly ProblemCode[]> {
  const sorted = [...new Set(codes)].toSorted(
    (a, b) => problemStatus[a] - problemStatus[b] || a.localeCompare(b),
  );
  const grouped = new Map<number, ProblemCode[]>();
  for (const code of sorted) {
    const status = problemStatus[code];
    grouped.set(status, [...(grouped.get(status) ?? []), code]);
  }
  return grouped;
}
