import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { limits } from '../../templates/base/files/src/configs/limits.ts';
import { loadFeatures } from '../../src/templates/features.ts';
import { TEMPLATES } from '../../src/package.ts';
import { planProject } from '../../src/plan/plan.ts';
import { lastOf, readStages, wordsOf } from '../support/dockerfile.ts';
import { ANSWERS, textOf } from '../support/templates.ts';

const project = planProject({ ...ANSWERS, features: ['ci', 'docker'] }, loadFeatures(TEMPLATES));
const manifest = JSON.parse(textOf(project, 'package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Described on their own below. */
const OWN_TESTS = ['compose.yml', 'compose.nodes.yml'];

/** Compose's word for what a later file takes away. */
const RESET = { tag: '!reset', collection: 'seq', resolve: () => 'reset' } as const;

/** The arguments of a script that runs built code, without what is for npm and developers only. */
function builtCommand(script: string): readonly string[] {
  const words = manifest.scripts[script]?.split(' ') ?? [];
  return words.filter((word) => !/^--(?:env-file|import)/.test(word));
}

describe('the workflow', () => {
  const text = textOf(project, '.github/workflows/ci.yml');
  const workflow = parse(text) as {
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions: unknown;
    readonly jobs: Readonly<
      Record<
        string,
        {
          readonly permissions?: unknown;
          readonly strategy?: { readonly matrix: unknown };
          readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
        }
      >
    >;
  };
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);
  const commands = steps.flatMap(({ run }) => run ?? []);

  it('can only read', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of jobs) expect(job.permissions).toBeUndefined();
    expect(Object.keys(workflow.on).toSorted()).toEqual(['pull_request', 'push']);
    expect(text).not.toContain('secrets.');
  });

  it('pins each action by its commit and says which version that is', () => {
    const actions = text.split('\n').filter((line) => line.includes('uses:'));
    expect(actions).toHaveLength(steps.filter(({ uses }) => uses).length);
    for (const line of actions)
      expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('puts nothing of an event into a shell', () => {
    for (const command of commands) expect(command).not.toContain('${{');
  });

  it('checks, tests and builds on every Node that is supported, and audits the packages', () => {
    expect(workflow.jobs['test']?.strategy?.matrix).toEqual({ node: [20, 22, 24] });
    for (const command of ['npm ci', 'npm run check', 'npm test', 'npm run build'])
      expect(workflow.jobs['test']?.steps.map(({ run }) => run)).toContain(command);
    for (const start of ['npm audit', 'npm audit signatures', 'npm sbom'])
      expect(commands.some((command) => command.startsWith(start))).toBe(true);
    for (const [, script] of commands.join('\n').matchAll(/npm run (\S+)/g))
      expect(manifest.scripts).toHaveProperty(script as string);
  });
});

describe('the Dockerfile', () => {
  const stages = readStages(textOf(project, 'Dockerfile'));
  const last = stages.at(-1)!;
  const all = stages.flatMap((stage) => stage.instructions);

  it('is made from one pinned build of the active LTS', () => {
    const names = stages.map(({ name }) => name);
    const images = stages.map(({ image }) => image).filter((image) => !names.includes(image));
    expect(images).toHaveLength(1);
    expect(images[0]).toMatch(/^node:24\.\d+\.\d+-[a-z]+-slim@sha256:[0-9a-f]{64}$/);
  });

  it('runs no shell', () => {
    const runs = all.filter(({ name }) => /^(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(name));
    expect(runs.length).toBeGreaterThan(4);
    for (const { text } of runs) expect(wordsOf(text)[0]).toMatch(/^(?:node|npm)$/);
  });

  it('installs what the lockfile names, without scripts, and for the last stage nothing else', () => {
    const installs = all
      .filter(({ text }) => text.includes('"ci"'))
      .map(({ text }) => wordsOf(text));
    for (const words of installs) expect(words).toContain('--ignore-scripts');
    const modules = last.instructions.find(({ text }) => text.includes('node_modules'))?.text;
    const from = /--from=(\S+)/.exec(modules ?? '')?.[1];
    const source = stages.find(({ name }) => name === from)!;
    expect(wordsOf(lastOf(source, 'RUN')).slice(0, 4)).toEqual([
      'npm',
      'ci',
      '--omit=dev',
      '--ignore-scripts',
    ]);
  });

  it('runs in production, as a user without rights, what npm start runs', () => {
    expect(lastOf(last, 'ENV')).toBe('NODE_ENV=production');
    expect(lastOf(last, 'USER')).toBe('node');
    const order = last.instructions.map(({ name }) => name);
    expect(order.lastIndexOf('COPY')).toBeLessThan(order.indexOf('USER'));
    expect(wordsOf(lastOf(last, 'CMD'))).toEqual(builtCommand('start'));
    expect(wordsOf(lastOf(last, 'HEALTHCHECK'))[0]).toBe('node');
  });

  it('gets no secret and no history', () => {
    const ignored = textOf(project, '.dockerignore').trim().split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.env.*', '.git', '.data']));
    for (const { name, text } of all) {
      expect(name).not.toBe('ARG');
      expect(text).not.toMatch(/KEY|SECRET|PASSWORD|MONGODB_URI/);
    }
  });
});

describe('the compose file', () => {
  interface Service {
    readonly command?: readonly string[];
    readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
    readonly environment?: Readonly<Record<string, string>>;
    readonly ports?: readonly string[];
    readonly [key: string]: unknown;
  }
  const { services } = parse(textOf(project, 'compose.yml'), { merge: true }) as {
    readonly services: Readonly<Record<'mongodb' | 'db-setup' | 'backend', Service>>;
  };
  const { mongodb, backend, 'db-setup': setup } = services;

  it('prepares the database between its start and that of the backend', () => {
    expect(setup.depends_on).toEqual({ mongodb: { condition: 'service_healthy' } });
    expect(backend.depends_on).toEqual({
      'db-setup': { condition: 'service_completed_successfully' },
    });
    expect(setup.command).toEqual(builtCommand('db:setup'));
  });

  it('names a replica set that the database becomes', () => {
    const uri = new URL(backend.environment!['MONGODB_URI']!);
    const set = uri.searchParams.get('replicaSet');
    expect(mongodb.command).toEqual(expect.arrayContaining(['--replSet', set]));
    expect(JSON.stringify(mongodb['healthcheck'])).toContain(`host: '${uri.hostname}:${uri.port}'`);
    expect(mongodb.ports).toBeUndefined();
    expect(setup.environment).toEqual(backend.environment);
  });

  it('lets the backend write files of features only and gives it the time that its stop takes', () => {
    expect(backend['volumes']).toEqual(['files:/app/.data']);
    expect(setup['volumes']).toBeUndefined();
    for (const service of [backend, setup])
      expect(service).toMatchObject({
        build: '.',
        env_file: '.env',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    const seconds = Number(/^(\d+)s$/.exec(String(backend['stop_grace_period']))?.[1]);
    expect(seconds * 1_000).toBeGreaterThan(limits.shutdown.totalMs);
  });

  it('publishes one port, to this machine only', () => {
    expect(backend.ports).toEqual(['127.0.0.1:${PORT:-3000}:3000']);
    expect(backend.environment!['PORT']).toBe('3000');
  });

  it('is completed by features, which name services that are there', () => {
    const more = loadFeatures(TEMPLATES).flatMap((feature) =>
      feature.files
        .filter(({ path }) => /^compose\..*yml$/.test(path) && !OWN_TESTS.includes(path))
        .map(({ path, bytes }) => ({ feature, path, text: bytes.toString() })),
    );
    expect(more.map(({ path }) => path)).toContain('compose.redis.yml');
    for (const { feature, path, text } of more) {
      const added = (parse(text) as { services: Record<string, Service> }).services;
      expect(path).toBe(`compose.${feature.name}.yml`);
      for (const [name, service] of Object.entries(added))
        expect([name, name in services || 'image' in service]).toEqual([name, true]);
      const known = (feature.slots['env'] ?? []).map((entry) => Object(entry).name as string);
      for (const name of Object.keys(added['backend']?.environment ?? {}))
        expect(known).toContain(name);
    }
  });
});

describe('the compose file of two nodes', () => {
  interface Service {
    readonly environment?: Readonly<Record<string, string>>;
    readonly image?: string;
    readonly command?: readonly string[];
    readonly [key: string]: unknown;
  }
  const withRedis = planProject(
    { ...ANSWERS, features: ['docker', 'redis'] },
    loadFeatures(TEMPLATES),
  );
  const read = (path: string) =>
    (
      parse(textOf(withRedis, path), { merge: true, customTags: [RESET] }) as {
        readonly services: Readonly<Record<string, Service>>;
      }
    ).services;
  const nodes = read('compose.nodes.yml');
  const base = read('compose.yml');
  const members = Object.keys(nodes).filter((name) => name.startsWith('mongodb'));

  it('makes three members the set that both nodes use', () => {
    expect(members).toHaveLength(3);
    for (const name of ['backend', 'db-setup']) {
      const uri = nodes[name]?.environment?.['MONGODB_URI'] ?? '';
      expect(uri).toBe(`mongodb://${members.join(',')}/chat?replicaSet=rs0`);
    }
    const initiated = JSON.stringify(nodes['mongodb']?.['healthcheck']);
    expect(initiated).toContain(members.map((name) => `'${name}'`).join(', '));
    for (const name of members.slice(1)) {
      expect(nodes[name]?.image).toBe(base['mongodb']?.image);
      expect(nodes[name]?.command).toEqual(base['mongodb']?.command);
    }
  });

  it('lets only the proxy be reached, and says how many proxies there are', () => {
    expect(nodes['backend']).toMatchObject({ deploy: { replicas: 2 }, ports: 'reset' });
    expect(nodes['backend']?.environment?.['TRUST_PROXY']).toBe('1');
    const port = /listen (\d+);/.exec(textOf(withRedis, 'nginx.conf'))?.[1];
    expect(nodes['nginx']?.['ports']).toEqual([`127.0.0.1:\${PORT:-3000}:${port}`]);
    expect(textOf(withRedis, 'nginx.conf')).toContain('server backend:3000;');
    for (const name of members) expect(nodes[name]?.['ports']).toBeUndefined();
  });

  it('has proxies end their idle connections before the backend does', () => {
    for (const path of ['nginx.conf', 'docs/operations.md']) {
      const [, seconds] = /keepalive_timeout (\d+)s;/.exec(textOf(withRedis, path)) ?? [];
      expect([path, Number(seconds) * 1_000 < limits.http.keepAliveMs]).toEqual([path, true]);
    }
  });
});
