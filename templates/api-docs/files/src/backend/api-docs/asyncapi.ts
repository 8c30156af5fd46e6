import { z } from 'zod';
import type { CommandContract } from '../../contract/define.ts';
import { problem } from '../../contract/errors.ts';
import { commands, notices } from '../../contract/index.ts';
import { about, signIn } from './about.ts';
import { createComponents, schemasPath, type JsonSchema } from './components.ts';
import { problemsOfCommand } from './problems.ts';
import { titled, titleOf } from './titles.ts';

type Json = Record<string, unknown>;

const channel = { $ref: '#/channels/socket' } as const;

const refusal = z
  .strictObject({ ok: z.literal(false), error: problem })
  .meta({ id: 'Refusal', description: 'The command was refused, or failed.' });

/** Where clients reach the server. */
export interface Address {
  /** With its port, unless it is the usual one. */
  readonly host: string;
  readonly protocol: 'ws' | 'wss';
}

/**
 * The commands and notices of the contract as an AsyncAPI document, told from the server's side: it
 * receives commands, replies to them, and sends notices. Titles of messages are their names on the
 * wire, those of schemas are names for generators of code.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function createAsyncApi({ host, protocol }: Address) {
  const events = new Events();
  for (const [name, command] of Object.entries<CommandContract>(commands))
    events.addCommand(name, command);
  for (const [name, notice] of Object.entries<z.ZodType>(notices)) events.addNotice(name, notice);
  return {
    asyncapi: '3.0.0',
    info: about,
    defaultContentType: 'application/json',
    servers: { socket: describeServer(host, protocol) },
    channels: {
      socket: {
        address: '/',
        title: 'The one namespace of Socket.IO',
        servers: [{ $ref: '#/servers/socket' }],
        messages: events.messages,
      },
    },
    operations: events.operations,
    components: {
      schemas: events.schemas(),
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

/** The events that were added, each under a key that is allowed in a reference. */
class Events {
  readonly messages: Record<string, Json> = {};
  readonly operations: Record<string, Json> = {};
  readonly #components = createComponents();
  readonly #payloads: Record<string, JsonSchema> = {};

  addCommand(name: string, command: CommandContract): void {
    const { summary, input, output } = command;
    const operation = this.#addOperation(
      'receive',
      name,
      summary,
      this.#components.describe(input, 'input'),
    );
    const done = z
      .strictObject({ ok: z.literal(true), data: output })
      .meta({ title: `${titleOf(name)}Done` });
    const reply = this.#components.describe(z.union([done, refusal]), 'output');
    const texts = {
      title: `${name}, acknowledged`,
      summary: `Acknowledges ${name}`,
      description: `A refusal has the code ${problemsOfCommand(command).join(', ')}, or any other.`,
    };
    const messages = this.#addMessage(`${keyOf(name)}.reply`, name, texts, reply);
    operation['reply'] = { channel, messages };
  }

  addNotice(name: string, notice: z.ZodType): void {
    const { description, ...payload } = this.#components.describe(notice, 'output');
    this.#addOperation('send', name, description ?? name, payload);
  }

  /** The named schemas, and the payloads under names of theirs. */
  schemas(): Readonly<Record<string, JsonSchema>> {
    const shared = Object.entries(this.#components.schemas);
    for (const [id] of shared)
      if (Object.hasOwn(this.#payloads, id)) throw new Error(`two schemas are named ${id}`);
    return {
      ...Object.fromEntries(shared.map(([id, schema]) => [id, titled(schema, id)])),
      ...this.#payloads,
    };
  }

  #addOperation(action: string, name: string, summary: string, payload: JsonSchema): Json {
    const key = keyOf(name);
    const texts = { title: name, summary };
    const messages = this.#addMessage(key, name, texts, payload);
    return (this.operations[key] = { action, channel, ...texts, messages });
  }

  /** The answer is how an operation refers to the message. */
  #addMessage(key: string, name: string, texts: MessageTexts, payload: JsonSchema): Json[] {
    this.messages[key] = { name, ...texts, payload: this.#keep(titleOf(key), payload) };
    return [{ $ref: `#/channels/socket/messages/${key}` }];
  }

  /** What is no named schema yet becomes one. */
  #keep(title: string, payload: JsonSchema): JsonSchema {
    if (payload.$ref !== undefined) return payload;
    // The notice `problem` is not the schema Problem.
    const id = Object.hasOwn(this.#components.schemas, title) ? `${title}Payload` : title;
    this.#payloads[id] = titled(payload, id);
    return { $ref: schemasPath + id };
  }
}

interface MessageTexts {
  readonly title: string;
  readonly summary: string;
  readonly description?: string;
}

const describeServer = (host: string, protocol: Address['protocol']) => ({
  host,
  protocol,
  pathname: '/socket.io/',
  title: 'Socket.IO',
  description: 'Socket.IO 4 over WebSocket; each message is an event of its name.',
  security: [{ $ref: '#/components/securitySchemes/accessToken' }],
});

/** Keys may have no colon. */
const keyOf = (name: string): string => name.replaceAll(':', '.');
