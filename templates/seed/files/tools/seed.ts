import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createApi, ProblemError, type Api } from '../client/api.ts';
import { idOf } from './derived-id.ts';

// `npm run seed`: fills the backend that `npm run dev` runs, through its API. Every step finds what
// an earlier run made, so repeating it changes nothing.
const people = ['anna', 'ben', 'chloe', 'dario'] as const;
type Person = (typeof people)[number];

const groups: readonly {
  readonly name: string;
  readonly visibility: 'private' | 'public';
  readonly says: readonly (readonly [Person, string])[];
}[] = [
  {
    name: 'Lobby',
    visibility: 'public',
    says: [
      ['anna', 'Welcome! Everybody can find and join this group.'],
      ['dario', 'Hello from the other tab.'],
    ],
  },
  {
    name: 'Sunday hike',
    visibility: 'private',
    says: [
      ['ben', 'The weather looks good for Sunday. Who is in?'],
      ['chloe', 'I am. The lake or the hill?'],
      ['anna', 'The hill, with a stop at the lake on the way back.'],
      ['ben', 'Train at 8:40, platform 2.'],
    ],
  },
];
const anna = 'anna' satisfies Person;
const ben = 'ben' satisfies Person;
const privately: readonly (readonly [Person, string])[] = [
  [anna, 'Shall I bring the camera?'],
  [ben, 'Yes, please.'],
];

const root = join(import.meta.dirname, '..');
if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
process.exitCode = await run();

async function run(): Promise<number> {
  const { NODE_ENV, PORT, REFRESH_TOKEN_KEY: key } = process.env;
  if (NODE_ENV === 'production')
    return fail(78, 'NODE_ENV is production, and demo users are for development only');
  if (!key) return fail(78, 'REFRESH_TOKEN_KEY is missing: copy .env.example to .env, fill it in');
  const url = `http://localhost:${PORT || '3000'}`;
  // A password that everybody knows would be a way into whatever this is run against.
  const password = createHmac('sha256', key).update('npm run seed').digest('base64url');
  try {
    await seed(url, password);
  } catch (error) {
    if (error instanceof ProblemError) return fail(1, error.message);
    if (error instanceof TypeError) return fail(69, `nothing answers at ${url}: npm run dev`);
    throw error;
  }
  process.stdout.write(`Sign in as ${people.join(', ')}; the password is ${password}\n`);
  return 0;
}

function fail(code: number, message: string): number {
  process.stderr.write(`${message}\n`);
  return code;
}

async function seed(url: string, password: string): Promise<void> {
  const apis = new Map<Person, Api>();
  for (const person of people) apis.set(person, await enter(url, person, password));
  const apiOf = (person: Person): Api => apis.get(person) as Api;
  const userIdOf = (person: Person): string => apiOf(person).session?.user.id as string;

  for (const { says, ...group } of groups) {
    const members = people.filter((person) => person !== anna).map(userIdOf);
    await say(apiOf, await groupOf(apiOf(anna), group, members), says);
  }
  const path = `/conversations/direct/${userIdOf(ben)}`;
  const direct = await apiOf(anna).call<{ id: string }>('PUT', path);
  await say(apiOf, direct.id, privately);
}

/** Creates an account or signs in to it. */
async function enter(url: string, username: Person, password: string): Promise<Api> {
  const api = createApi(url, { load: () => null, save: () => {} });
  try {
    await api.register({ username, email: `${username}@example.com`, password });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'username-taken') throw error;
    await api.login(username, password);
  }
  const displayName = username.charAt(0).toUpperCase() + username.slice(1);
  await api.call('PATCH', '/users/me', { displayName });
  return api;
}

/** The group of a name that somebody is in, made when there is none. */
async function groupOf(
  api: Api,
  group: { readonly name: string; readonly visibility: string },
  members: readonly string[],
): Promise<string> {
  type Named = { id: string; name: string | null };
  const { items } = await api.call<{ items: Named[] }>('GET', '/conversations?limit=100');
  const known = items.find(({ name }) => name === group.name);
  if (known !== undefined) return known.id;
  const body = { type: 'group', ...group, members };
  return (await api.call<Named>('POST', '/conversations', body)).id;
}

/** Sends each message under an id that is the same in every run, which makes a repeat harmless. */
async function say(
  apiOf: (person: Person) => Api,
  conversationId: string,
  messages: readonly (readonly [Person, string])[],
): Promise<void> {
  for (const [index, [person, content]] of messages.entries()) {
    const body = { id: idOf(conversationId, String(index)), content };
    await apiOf(person).call('POST', `/conversations/${conversationId}/messages`, body);
  }
}
