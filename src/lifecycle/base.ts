import { planSharedBytes } from '../plan/plan.ts';
import type { RecordedAnswers } from '../options/record.ts';
import { RECORD_FILE } from '../options/record.ts';
import { TEMPLATES, VERSION } from '../package.ts';
import { templatesDigest } from '../templates/digest.ts';
import { loadFeatures } from '../templates/features.ts';
import { CreateError } from '../errors.ts';
import type { RunContext } from '../context.ts';
import { invalidRecord } from './find-project.ts';
import type { FoundProject } from './find-project.ts';
import { otherBase } from './other-base.ts';
import type { OtherBase } from './other-base.ts';
import { isOfThisVersion } from './same-version.ts';
import type { Base, Target, Tree } from './types.ts';

const ENV = '.env';
// Only names of variables are taken from a base, and those of a target are made anew.
const NO_SECRETS = { accessTokenKeys: 'k1:x', refreshTokenKey: 'x', dataKeys: 'k1:x' };

/**
 * What the project was made from: in memory where this program made it, else by the version that did,
 * or from the place that is named. @throws CreateError NO_BASE.
 */
export async function baseOf(
  { root, record }: FoundProject,
  place: string | undefined,
  run: RunContext,
): Promise<OtherBase> {
  if (place === undefined && isOfThisVersion(record))
    return { base: renderedBase(record.answers), warnings: [] };
  return otherBase({ root, record, place }, run);
}

/** The same of answers that somebody may have edited. @throws CreateError RECORD for impossible ones. */
export function renderedBase(answers: RecordedAnswers): Base {
  try {
    return renderTarget(answers);
  } catch (error) {
    if (!(error instanceof CreateError) || error.code !== 'INVALID_OPTION') throw error;
    throw invalidRecord(`has an answer that cannot be: ${error.message}`, undefined, error);
  }
}

/** What these answers render with the templates of this version, in memory. */
export function renderTarget(answers: RecordedAnswers, secrets = NO_SECRETS): Target {
  const features = loadFeatures(TEMPLATES);
  const { adapter } = answers;
  const { files } = planSharedBytes({
    ...answers,
    databaseUri: '',
    features: adapter === 'none' ? answers.features : [...answers.features, adapter],
    secrets,
  });
  const tree: Tree = new Map(files.map(({ path, bytes, mode }) => [path, { bytes, mode }]));
  const ours = new Map([...tree].filter(([path]) => path !== ENV && path !== RECORD_FILE));
  return {
    version: VERSION,
    templates: templatesDigest(features),
    tree: ours,
    env: tree.get(ENV)?.bytes,
    policies: new Map(features.flatMap(({ policies }) => Object.entries(policies))),
  };
}
