import { z } from 'zod';
import type { CommandContract } from '../../../contract/define.ts';
import { problem } from '../../../contract/errors.ts';
import { commands, notices } from '../../../contract/index.ts';
import { about, signIn } from './about.ts';
import { createComponents, type JsonSchema } from './components.ts';
import { problemsOfCommand } from './problems.ts';

type Json = Record<string, unknown>;

const channel = { $ref: '#/channels/socket' } as const;

/**
 * The commands and notices of the contract as an AsyncAPI document, told from the server's side: it
 * receives commands, replies to them, and sends notices.
 *
 * @param host where clients reach the server, with its port
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function createAsyncApi(host: string) {
  const components = createComponents();
  const messages: Record<string, Json> = {};
  const operations: Record<string, Json> = {};

  /** Adds a message to the channel; the answer is how an operation refers to it. */
  function add(key: string, name: string, summary: string, payload: JsonSchema) {
    messages[key] = { name, summary, payload };
    return [{ $ref: `#/channels/socket/messages/${key}` }];
  }

  for (const [name, command] of Object.entries<CommandContract>(commands)) {
    const key = keyOf(name);
    const { summary } = command;
    const { payload, reply } = describeCommand(command, components);
    operations[key] = {
      action: 'receive',
      channel,
      summary,
      messages: add(key, name, summary, payload),
      reply: {
        channel,
        messages: add(`${key}.reply`, name, `Acknowledges ${name}`, reply),
      },
    };
  }
  for (const [name, notice] of Object.entries<z.ZodType>(notices)) {
    const { description: summary = name, ...payload } = components.describe(notice, 'output');
    const key = keyOf(name);
    operations[key] = {
      action: 'send',
      channel,
      summary,
      messages: add(key, name, summary, payload),
    };
  }
  return {
    asyncapi: '3.0.0',
    info: about,
    defaultContentType: 'application/json',
    servers: {
      socket: {
        host,
        protocol: 'ws',
        pathname: '/socket.io/',
        description: 'Socket.IO 4 over WebSocket; each message is an event of its name.',
        security: [{ $ref: '#/components/securitySchemes/accessToken' }],
      },
    },
    channels: { socket: { address: '/', servers: [{ $ref: '#/servers/socket' }], messages } },
    operations,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `Given in the handshake: ${signIn.socket}`,
        },
      },
    },
  };
}

/** Keys may have no colon. */
const keyOf = (name: string): string => name.replaceAll(':', '.');

/** What a command carries, and how it is acknowledged. */
function describeCommand(
  command: CommandContract,
  components: ReturnType<typeof createComponents>,
): { readonly payload: JsonSchema; readonly reply: JsonSchema } {
  const done = z.strictObject({ ok: z.literal(true), data: command.output });
  const refused = z
    .strictObject({ ok: z.literal(false), error: problem })
    .describe(`With the code ${problemsOfCommand(command).join(', ')}, or any other`);
  return {
    payload: components.describe(command.input, 'input'),
    reply: components.describe(z.union([done, refused]), 'output'),
  };
}
