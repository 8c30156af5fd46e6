import type { Talk } from './talk.ts';
import type { Times } from './times.ts';

/** The lines that say how a talk went; `cpu` in microseconds, of the server. */
export function report(talk: Talk, cpu: number | undefined): readonly string[] {
  const { acknowledged, seconds, answers, notices, noticesDue, refused } = talk;
  const lines = [
    `acknowledged   ${acknowledged} messages, ${whole(acknowledged / seconds)} a second`,
    `answer         ${middle(answers)}`,
    `notice         ${middle(notices)}; ${notices.count} heard of ${noticesDue}`,
  ];
  if (cpu !== undefined) lines.push(`server         ${whole(cpu / acknowledged)} us CPU a message`);
  for (const [code, count] of refused) lines.push(`not taken      ${count}: ${code}`);
  return lines;
}

const middle = (times: Times): string =>
  `p50 ${times.quantile(0.5).toFixed(1)} ms, p99 ${times.quantile(0.99).toFixed(1)} ms`;

const whole = (number: number): string => Math.round(number).toLocaleString('en-US');
