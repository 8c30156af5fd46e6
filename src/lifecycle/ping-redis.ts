import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { systemCode } from '../lib/file-system.ts';

const PORT = 6379;

/**
 * Asks a Redis for a sign of life. Resolves to undefined where it answers, else to the reason, without
 * any part of its address.
 */
export async function pingRedis(
  address: string,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (!/^rediss?:\/\//.test(address) || !URL.canParse(address))
    return 'it begins with redis:// or rediss:// and names a host';
  const url = new URL(address);
  const socket = open(url);
  const timeout = AbortSignal.timeout(patienceMs);
  try {
    socket.write(commandsOf(url).map(encoded).join(''));
    return await answerOf(socket, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    return timeout.aborted ? 'no answer' : (systemCode(error) ?? 'the connection fails');
  } finally {
    socket.destroy();
  }
}

function open({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const place = { host, port: Number(port || PORT) };
  return protocol === 'rediss:' ? connectTls({ ...place, servername: host }) : connect(place);
}

function commandsOf({ username, password }: URL): readonly (readonly string[])[] {
  const words = [username, password].filter(Boolean).map(decodeURIComponent);
  return [...(password ? [['AUTH', ...words]] : []), ['PING']];
}

/** @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function encoded(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}

// The first word of a refusal is its code: NOAUTH, WRONGPASS, LOADING.
async function answerOf(socket: Socket, signal: AbortSignal): Promise<string | undefined> {
  let text = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
    text += chunk.toString();
    const refused = /^-(\w+)/m.exec(text)?.[1];
    if (refused !== undefined) return refused;
    if (/^\+PONG\r$/m.test(text)) return undefined;
  }
}
