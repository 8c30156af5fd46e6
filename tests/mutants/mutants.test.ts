import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { applyTo, endingsOf, readMutants, type Ending } from '../support/mutants.ts';
import { copyOf, generate, type GeneratedProject } from '../support/project.ts';

const mutants = readMutants();
const rows = ['| mutant | killed by |'];
let sound: GeneratedProject;

beforeAll(async () => {
  sound = await generate(['--adapter', 'redis', '--preset', 'full', '--no-git']);
  // A test that fails anyway notices nothing.
  const endings = await endingsOf(
    sound,
    mutants.flatMap(({ noticedBy }) => noticedBy),
  );
  const broken = endings.filter(({ status }) => status !== 'passed');
  if (broken.length > 0) throw new Error(`without a mutant: ${JSON.stringify(broken, null, 2)}`);
});

afterAll(() => {
  rmSync(dirname(sound.directory), { recursive: true, force: true });
  process.stdout.write(`\n${rows.join('\n')}\n`);
});

it.for(mutants.map((each) => [each.name, each.breaks, each] as const))(
  '%s: %s',
  async ([, , mutant]) => {
    const project = copyOf(sound.directory);
    onTestFinished(() => rmSync(dirname(project.directory), { recursive: true }));
    await applyTo(project.directory, mutant);
    await project.run('check:types');
    const endings = await endingsOf(project, mutant.noticedBy);
    rows.push(rowOf(mutant.name, endings));
    expect(endings.filter(({ status }) => status !== 'failed in an assertion')).toEqual([]);
  },
);

function rowOf(name: string, endings: readonly Ending[]): string {
  const killers = endings.filter(({ status }) => status === 'failed in an assertion');
  const killed = killers.map(({ file, title }) => `${file}: ${title}`).join('; ');
  return `| ${name} | ${killed === '' ? 'no assertion' : killed} |`;
}
