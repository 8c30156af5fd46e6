import { styleText } from 'node:util';

const colours = {
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
  debug: 'gray',
  trace: 'gray',
} as const;

/** Makes a JSON line of the log readable: time, level, message, and what else it says. */
export function formatLog(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const clock = String(time).slice(11, 19);
    const colour = colours[level as keyof typeof colours];
    const word = String(level).padEnd(5);
    const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const stack = (err as { stack?: string } | undefined)?.stack;
    return [
      clock,
      colour && process.stdout.isTTY ? styleText(colour, word) : word,
      msg,
      ...details,
      ...(stack === undefined ? [] : [`\n${stack}`]),
    ].join(' ');
  } catch {
    return line;
  }
}

/** The port of the backend itself, in the line of the log that says where it listens. */
export const portIn = (line: string): string | undefined =>
  /^\{(?=.*"msg":"listening").*"address":\{[^}]*"port":(\d+)/.exec(line)?.[1];
