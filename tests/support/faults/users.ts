/** A signed-in user of a backend. */
export interface User {
  readonly name: string;
  readonly id: string;
  readonly session: { readonly accessToken: string; readonly user: { readonly id: string } };
}

/** Calls the API of a node; throws what is not a success. */
export async function call<Body>(
  url: string,
  method: string,
  path: string,
  body?: object,
  user?: User,
): Promise<Body> {
  const response = await fetch(`${url}/v1${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(user && { authorization: `Bearer ${user.session.accessToken}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}

/** Registers a user, as anybody can. */
export async function register(url: string, name: string): Promise<User> {
  const account = {
    username: name,
    email: `${name}@example.com`,
    password: `${name} likes long words`,
  };
  const session = await call<User['session']>(url, 'POST', '/auth/register', account);
  return { name, id: session.user.id, session };
}

/** Adds users to a conversation, some at a time. */
export async function addAll(
  url: string,
  owner: User,
  room: string,
  ids: readonly string[],
): Promise<void> {
  const left = [...ids];
  const add = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      await call(url, 'PUT', `/conversations/${room}/members/${id}`, undefined, owner);
  };
  await Promise.all(Array.from({ length: 16 }, add));
}

/** A private group of these users; the first one owns it. */
export async function createGroup(
  url: string,
  users: readonly User[],
  type: 'group' | 'channel' = 'group',
): Promise<string> {
  const [owner, ...others] = users;
  const group = { type, name: 'A group', members: others.map(({ id }) => id) };
  return (await call<{ id: string }>(url, 'POST', '/conversations', group, owner)).id;
}
