import { loadFeatures } from '../../src/templates/features.ts';
import type { Feature } from '../../src/templates/features.ts';
import { planProject } from '../../src/plan/plan.ts';
import type { Plan, PlanAnswers } from '../../src/plan/plan.ts';
import { scratchTree } from './scratch.ts';

/** Files of a templates directory: path → text, or a value for JSON. */
export type TemplateTree = Readonly<Record<string, string | object>>;

/** Answers for a plan, without secrets. */
export const ANSWERS: PlanAnswers = {
  packageName: 'my-app',
  description: 'A real-time chat backend',
  author: '',
  port: 3000,
  databaseUri: '',
  packageManager: 'npm',
  features: [],
};

/** The smallest base, beside whatever a test adds to it. */
export const BASE: TemplateTree = {
  'base/feature.json': { name: 'base', summary: 'The base' },
  'base/files/package.json.ejs': '{ "name": <%- json(answers.packageName) %> }\n',
};

/** Writes a templates directory. */
export function writeTemplates(tree: TemplateTree): string {
  return scratchTree(tree);
}

/** Reads a base with these files. */
export function features(tree: TemplateTree): readonly Feature[] {
  return loadFeatures(writeTemplates({ ...BASE, ...tree }));
}

/** Plans a project from a base with these files. */
export function plan(tree: TemplateTree, answers: Partial<PlanAnswers> = {}): Plan {
  return planProject({ ...ANSWERS, ...answers }, features(tree));
}

/** The text of a planned file. */
export function textOf({ files }: Plan, path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`the plan has no ${path}`);
  return file.bytes.toString();
}
