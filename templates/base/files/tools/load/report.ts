import type { Talk } from './talk.ts';
import type { Times } from './times.ts';
import type { Usage } from './usage.ts';

/** The lines that say how a talk went, and what the server has used for it where that is known. */
export function report(talk: Talk, used: Usage | undefined): readonly string[] {
  const { acknowledged, seconds, answers, notices, noticesDue, refused } = talk;
  const lines = [
    `acknowledged   ${acknowledged} messages, ${whole(acknowledged / seconds)} a second`,
    `answer         ${middle(answers)}`,
    `notice         ${middle(notices)}; ${notices.count} heard of ${noticesDue}`,
  ];
  if (used !== undefined) lines.push(...costs(used, acknowledged));
  for (const [code, count] of refused) lines.push(`not taken      ${count}: ${code}`);
  return lines;
}

function costs({ serverUs, databaseUs, batches }: Usage, messages: number): readonly string[] {
  const ofDatabase = `database       ${whole((databaseUs ?? 0) / messages)} us CPU a message`;
  return [
    `server         ${whole(serverUs / messages)} us CPU a message`,
    ...(databaseUs === undefined ? [] : [ofDatabase]),
    `batches        ${whole(batches)}, of ${(messages / batches).toFixed(1)} messages`,
  ];
}

const middle = (times: Times): string =>
  `p50 ${times.quantile(0.5).toFixed(1)} ms, p99 ${times.quantile(0.99).toFixed(1)} ms`;

const whole = (number: number): string => Math.round(number).toLocaleString('en-US');
