import { startProxy, type Proxy } from '../../suites/machines/proxy.ts';
import { startBackend } from './backend.ts';
import { startChild, type LoadChild } from './load.ts';
import type { BackendNode } from './node.ts';
import { addAll, createGroup, register, type User } from './users.ts';

/** Very many clients before one node, all members of one channel. */
export interface Crowd {
  readonly node: BackendNode;
  readonly proxy: Proxy;
  readonly child: LoadChild;
  readonly ids: readonly string[];
  readonly owner: User;
  readonly room: string;
  /** How many connections the node had before the crowd came. */
  readonly quiet: number;
}

/** Starts a backend and its crowd, connected through a proxy. */
export async function startCrowd(size: number): Promise<Crowd> {
  const { project, nodes, variables } = await startBackend();
  const [node] = nodes as [BackendNode];
  const proxy = await startProxy([node.url]);
  const child = startChild(project, 'crowd');
  const ids = await child.call<string[]>('users', { variables, count: size });
  const owner = await register(node.url, 'owner');
  const room = await createGroup(node.url, [owner], 'channel');
  await addAll(node.url, owner, room, ids);
  const { sockets: quiet } = await node.look();
  const ready = await child.call<number>('open', { url: proxy.url });
  if (ready !== size) throw new Error(`${ready} of ${size} clients connected`);
  return { node, proxy, child, ids, owner, room, quiet };
}
