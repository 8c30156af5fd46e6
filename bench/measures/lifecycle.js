import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes.js';
import { interleave } from '../statistics.js';
import { makeFolder, processorTime, PROGRAMS } from './commands.js';

const ROUNDS = 8;
const OLD = join(import.meta.dirname, '../../tests/fixtures/create-chat-backend-0.1.0.tgz');
const MAKE = ['--preset', 'full', '--yes', '--no-install'];
const MAKE_ALONE = [...MAKE, '--no-git'];

/** What it costs to change a project that is there, beside making one and beside what git takes. */
export const lifecycle = {
  rows: ['G7', 'G8', 'G9'],
  async run() {
    const folder = await makeFolder();
    const { ours } = PROGRAMS;
    const [project, old] = [join(folder, 'app'), join(folder, 'old')];
    await mkdir(join(folder, 'program'));
    await run('tar', ['xzf', OLD, '-C', join(folder, 'program')], { cwd: folder });
    const before = join(folder, 'program/package');
    const program = join(before, 'bin/create-chat-backend.js');
    await run(process.execPath, [ours, 'app', ...MAKE, '--no-typing'], { cwd: folder });
    await run(process.execPath, [program, 'old', ...MAKE_ALONE], { cwd: folder });

    let count = 0;
    const fresh = () => join(folder, `copy-${(count += 1)}`);
    const time = (cwd, ...args) => processorTime(process.execPath, args, cwd);
    const values = await interleave(ROUNDS, {
      plan: () => time(project, ours, 'add', 'typing', '--dry-run'),
      rendering: () => time(folder, ours, fresh(), ...MAKE_ALONE, '--dry-run'),
      status: () => time(project, ours, 'status'),
      git: () => processorTime('git', ['status', '--porcelain'], project),
      creating: () => time(folder, ours, fresh(), ...MAKE_ALONE),
      async update() {
        const copy = fresh();
        await cp(old, copy, { recursive: true });
        return time(copy, ours, 'update', '--base', before, '--no-install');
      },
    });
    await rm(folder, { recursive: true });
    return {
      G7: { ours: values.plan, peer: values.rendering },
      G8: { ours: values.status, peer: values.git },
      G9: { ours: values.update, peer: values.creating },
    };
  },
};
