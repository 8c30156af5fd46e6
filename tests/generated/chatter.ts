import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message as its readers see it, in part. */
interface Message {
  readonly seq: number;
  readonly id: string;
}

/** Somebody who writes in a group of their own. */
export interface Chatter {
  /** Whether the socket that was opened at the start is still there. */
  isConnected(): boolean;
  /** Sends some kilobytes that no compression makes smaller; a repeat says the same again. */
  send(messageId: string): Promise<number>;
  /** The status of a path. */
  statusOf(path: string): Promise<number>;
  history(): Promise<Message[]>;
  leave(): void;
}

/** Registers at a backend; the packages are those of a generated project. */
export async function enter(url: string, project: string): Promise<Chatter> {
  const username = 'anna';
  const account = { username, email: 'anna@example.com', password: 'anna likes long words' };
  const session = (await call(`${url}/v1/auth/register`, account)).body as { accessToken: string };
  const token = session.accessToken;
  const group = { type: 'group', name: 'A group' };
  const { id } = (await call(`${url}/v1/conversations`, group, token)).body as { id: string };
  const messages = `${url}/v1/conversations/${id}/messages`;
  const { io } = packageOf(project, 'socket.io-client') as {
    io: (url: string, options: object) => Socket;
  };
  const socket = io(url, { transports: ['websocket'], auth: { token } });
  while (!socket.connected) await sleep(20);
  const contents = new Map<string, string>();

  return {
    isConnected: () => socket.connected,
    leave: () => void socket.disconnect(),
    async send(messageId) {
      const content = contents.get(messageId) ?? randomBytes(1_900).toString('hex');
      contents.set(messageId, content);
      return (await call(messages, { id: messageId, content }, token)).status;
    },
    statusOf: async (path) => (await fetch(url + path)).status,
    async history() {
      const all: Message[] = [];
      for (;;) {
        const page = `${messages}?after=${all.at(-1)?.seq ?? 0}&limit=100`;
        const { items } = (await call(page, undefined, token)).body as { items: Message[] };
        all.push(...items);
        if (items.length < 100) return all;
      }
    },
  };
}

/** Lets a database write its files now; one that cannot ends. */
export async function checkpoint(uri: string, project: string): Promise<void> {
  const { mongo } = packageOf(project, 'mongoose') as {
    mongo: { MongoClient: new (uri: string) => Client };
  };
  const client = new mongo.MongoClient(uri);
  try {
    await client.db('admin').command({ fsync: 1 });
  } catch {
    // It ended.
  } finally {
    await client.close();
  }
}

interface Socket {
  readonly connected: boolean;
  readonly disconnect: () => unknown;
}

interface Client {
  readonly db: (name: string) => { readonly command: (command: object) => Promise<unknown> };
  readonly close: () => Promise<void>;
}

/** A package as a project has it installed. */
function packageOf(project: string, name: string): unknown {
  return createRequire(join(project, 'package.json'))(name);
}

/** Posts a body, or gets when there is none. */
async function call(
  url: string,
  body?: object,
  token?: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url, {
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
