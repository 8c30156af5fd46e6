import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesOf } from './scratch.ts';

/** A project of 0.1.0 that somebody has worked on. */
export interface Owner {
  readonly name: string;
  /** Flags with which the project was made. */
  readonly flags: readonly string[];
  /** Edits the project; its own types pass before and after. */
  readonly edit: (project: EditedProject) => void;
}

/** A project to edit; an edit that finds no place fails, so that no test edits nothing. */
export class EditedProject {
  readonly #directory: string;
  readonly #touched = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** How many files were edited, added, moved or deleted. */
  get edits(): number {
    return this.#touched.size;
  }

  replace(path: string, before: string, after: string): void {
    const text = this.#read(path);
    if (text.split(before).length !== 2)
      throw new Error(`${path} has not exactly once: ${JSON.stringify(before)}`);
    this.#write(
      path,
      text.replace(before, () => after),
    );
  }

  /** Adds lines after the one line that begins like this, whatever is before it. */
  after(path: string, start: string, ...lines: readonly string[]): void {
    const all = this.#read(path).split('\n');
    const found = all.filter((line) => line.trimStart().startsWith(start));
    if (found.length === 0) throw new Error(`${path} has no line ${JSON.stringify(start)}`);
    const at = all.indexOf(found[0]!);
    this.#write(path, [...all.slice(0, at + 1), ...lines, ...all.slice(at + 1)].join('\n'));
  }

  append(path: string, ...lines: readonly string[]): void {
    this.#write(path, `${this.#read(path)}${lines.join('\n')}\n`);
  }

  /** Adds the files of the owner's own that are kept under this name. */
  copy(name: string): void {
    const folder = join(import.meta.dirname, '../fixtures/owners', name);
    for (const path of filesOf(folder)) this.add(path, readFileSync(join(folder, path), 'utf8'));
  }

  add(path: string, text: string): void {
    mkdirSync(dirname(join(this.#directory, path)), { recursive: true });
    this.#write(path, text);
  }

  remove(path: string): void {
    this.#touched.add(path);
    rmSync(join(this.#directory, path));
  }

  move(from: string, to: string): void {
    mkdirSync(dirname(join(this.#directory, to)), { recursive: true });
    this.#touched.add(from);
    renameSync(join(this.#directory, from), join(this.#directory, to));
  }

  /** Every file, sorted. */
  paths(): readonly string[] {
    return filesOf(this.#directory).toSorted();
  }

  rewrite(path: string, change: (text: string) => string): void {
    this.#write(path, change(this.#read(path)));
  }

  #read(path: string): string {
    return readFileSync(join(this.#directory, path), 'utf8');
  }

  #write(path: string, text: string): void {
    this.#touched.add(path);
    writeFileSync(join(this.#directory, path), text);
  }
}

/** Four owners: rules and texts, a feature of their own, changes all over the core, notes everywhere. */
export const OWNERS: readonly Owner[] = [
  { name: 'rules', flags: ['--preset', 'minimal'], edit: editRules },
  { name: 'feature', flags: ['--preset', 'standard'], edit: addFeature },
  { name: 'core', flags: ['--preset', 'full'], edit: editCore },
  { name: 'everywhere', flags: ['--preset', 'full', '--adapter', 'redis'], edit: editEverywhere },
];

function editRules(project: EditedProject): void {
  const limits = 'src/configs/limits.ts';
  project.replace(limits, 'contentCharacters: 4_000,', 'contentCharacters: 2_000,');
  project.replace(limits, 'passwordMinCharacters: 15,', 'passwordMinCharacters: 12,');
  project.replace(limits, 'groupMembers: 256,', 'groupMembers: 64,');
  project.replace(limits, 'batchMessages: 500,', 'batchMessages: 250,');
  project.replace(limits, 'loopLagMs: 200,', 'loopLagMs: 400,');
  project.after(limits, 'maxItems: 100,', '    exportItems: 1_000,');
  project.replace('src/configs/variables.ts', ".default('info')", ".default('debug')");
  project.after(
    'src/backend/http/middleware.ts',
    "response.set('Cache-Control', 'no-store');",
    "  response.set('X-Served-By', 'acme');",
  );
  project.replace('src/configs/logger.ts', "'address family port',", "'address family port shop',");
  project.after(
    'src/models/user.ts',
    'avatarUrl:',
    '    nickname: { type: String, default: null },',
  );
  project.replace('package.json', '"version": "0.1.0"', '"version": "3.4.1"');
  project.after('package.json', '"test": "vitest run",', '    "deploy": "sh tools/deploy.sh",');
  project.replace('package.json', '"express": "^5.3.0"', '"express": "^5.4.0"');
  project.add('tools/deploy.sh', '#!/bin/sh\necho deployed\n');
  project.append('README.md', '', '## Acme', '', 'Ask the platform team.');
  project.append('docs/operations.md', '', '## At Acme', '', 'Two nodes behind our balancer.');
  project.append('docs/configuration.md', '', 'At Acme the defaults hold.');
  project.append('SECURITY.md', '', 'At Acme: security@acme.example.');
  project.append('.gitignore', '.idea/');
  project.append('.env.example', '', '# Where Acme sends its alarms.', 'ALARM_URL=');
  project.append('.prettierignore', 'tools/deploy.sh');
  project.replace('tests/quiet.test.ts', "it('", "it('acme: ");
  project.remove('tests/floods.test.ts');
  project.replace(
    'tsconfig.json',
    '"strict": true,',
    '"strict": true,\n    "allowUnreachableCode": false,',
  );
}

function addFeature(project: EditedProject): void {
  project.copy('feature');
  const features = 'src/backend/features/index.ts';
  project.after(features, 'import { health }', "import { orders } from './orders/index.ts';");
  project.after(features, 'health,', '  orders,');
  const contract = 'src/contract/index.ts';
  project.after(
    contract,
    'import { healthRoutes }',
    "import { orderCommands, orderNotices, orderRoutes } from './orders.ts';",
  );
  project.after(contract, '...healthRoutes,', '  ...orderRoutes,');
  project.after(contract, '...messageCommands,', '  ...orderCommands,');
  project.after(contract, '...messageNotices,', '  ...orderNotices,');
  const models = 'src/models/index.ts';
  project.after(models, 'import { messageSchema }', "import { orderSchema } from './order.ts';");
  project.after(
    models,
    'messages: connection',
    "    orders: connection.model('Order', orderSchema),",
  );
  const env = 'src/configs/env.ts';
  project.after(
    env,
    'import { coreVariables }',
    "import { orderVariables } from '../backend/features/orders/variables.ts';",
  );
  project.after(env, '...coreVariables,', '  ...orderVariables,');
  project.append('.env.example', '', '# The shop that orders go to.', 'SHOP_URL=');
  project.after('src/configs/limits.ts', 'export const limits = {', '  order: { articles: 10 },');
  project.replace('package.json', '"zod":', '"nanoid": "^5.1.6",\n    "zod":');
  project.append('README.md', '', '## Orders', '', 'Members order articles.');
  project.append('docs/protocol.md', '', '## Orders', '', '`order:place` orders an article.');
  project.append('docs/http.md', '', '## Orders', '', '`POST /conversations/:id/orders`.');
  project.after('src/app.ts', 'import { createModels }', '// Orders come from their own feature.');
  project.replace(
    'src/backend/http/index.ts',
    'helmet({',
    'helmet({\n      xDownloadOptions: false,',
  );
}

const REVIEWED = [
  'src/backend/features/auth/devices.service.ts',
  'src/backend/features/auth/gate.ts',
  'src/backend/features/conversations/conversations.service.ts',
  'src/backend/features/conversations/members.service.ts',
  'src/backend/features/conversations/lists.ts',
  'src/backend/features/messages/history.ts',
  'src/backend/features/messages/sync.ts',
  'src/backend/features/presence/watching.ts',
  'src/backend/features/receipts/receipts.service.ts',
  'src/backend/features/users/users.service.ts',
  'src/backend/http/body.ts',
  'src/backend/http/router.ts',
  'src/backend/shared/events.ts',
  'src/backend/shared/jobs.ts',
  'src/backend/sockets/draining.ts',
  'src/backend/sockets/recheck.ts',
  'src/configs/database.ts',
  'src/configs/indexes.ts',
];

function editCore(project: EditedProject): void {
  project.copy('core');
  for (const path of REVIEWED) project.after(path, 'export ', `  // Acme: reviewed, ${path}`);
  project.after(
    'src/contract/messages.ts',
    'content: z.string().nullable(),',
    '    label: z.string().nullable().optional(),',
  );
  project.after(
    'src/models/message.ts',
    'content: { type: String',
    '    label: { type: String, default: null },',
  );
  project.after(
    'src/backend/features/messages/views.ts',
    'content: row.content,',
    '    label: null,',
  );
  project.after(
    'src/backend/http/index.ts',
    "import { closeServer } from './close.ts';",
    "import { acmeHeader } from './acme-header.ts';",
  );
  project.replace(
    'src/backend/http/index.ts',
    '  app.use(noStore);',
    '  app.use(acmeHeader);\n  app.use(noStore);',
  );
  project.replace('src/configs/limits.ts', 'pendingCommands: 250,', 'pendingCommands: 100,');
  project.replace('src/configs/limits.ts', 'knownHeads: 50_000,', 'knownHeads: 20_000,');
  project.move('tests/backup.test.ts', 'tests/database/backup.test.ts');
  const backup = 'tests/database/backup.test.ts';
  project.rewrite(backup, (text) => text.replaceAll("'../", "'../../").replaceAll("'./", "'../"));
  project.remove('tests/load.test.ts');
  project.append('README.md', '', '## Acme', '', 'Support has a room of its own.');
}

const NOTED = /^(?:src|tests|tools|client)\/.*\.ts$|^docs\/.*\.md$/;
const EVERY = 6;

function editEverywhere(project: EditedProject): void {
  const paths = project.paths().filter((path) => NOTED.test(path));
  for (const [index, path] of paths.entries()) {
    if (index % EVERY !== 0) continue;
    if (path.endsWith('.md')) project.append(path, '', `Acme read this page: ${path}`);
    else project.append(path, '', '/** Of Acme. */', `export const acme${index} = '${path}';`);
  }
}
