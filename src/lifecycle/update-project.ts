import type { Context } from '../context.ts';
import type { RecordedAnswers } from '../options/record.ts';
import { TEMPLATES } from '../package.ts';
import type { LifecycleResult } from '../result.ts';
import { choosableFeatures, loadFeatures } from '../templates/features.ts';
import { baseOf } from './base.ts';
import type { ChangeOptions } from './change-options.ts';
import { changeProject } from './change-project.ts';
import { Placement } from './moves.ts';
import { openToChange } from './open-to-change.ts';
import { relocate } from './relocate.ts';
import { featuresAfter, noticesOf, releasesAfter } from './releases.ts';
import { assertNotNewer } from './same-version.ts';
import { withExactly } from './target-answers.ts';
import type { Release } from './types.ts';

/**
 * Brings a project to the templates of this version, through every release since its own: what they
 * moved moves, imports follow, and nothing that its owner wrote is lost. On a project of this version
 * there is nothing to do.
 * @throws CreateError NO_BASE where the version that made the project cannot be run, OTHER_VERSION for a
 * project of a newer one, and as addFeatures.
 */
export async function updateProject(
  options: ChangeOptions = {},
  context: Context = {},
): Promise<LifecycleResult> {
  const { project, run } = await openToChange(options, context);
  const { record } = project;
  assertNotNewer(record, 'update');
  const { base, warnings } = await baseOf(project, options.base, run);
  const releases = releasesAfter(record.version);
  const answers = answersAfter(record.answers, releases);
  const placement = new Placement(releases);
  return changeProject(
    {
      command: 'update',
      project,
      base,
      answers,
      warnings,
      notices: noticesOf(releases, answers.features),
      relocate: (tree, files, target) =>
        relocate({
          base: { ...base, tree },
          target,
          project: files,
          ownMoves: record.moved ?? {},
          placement,
        }),
    },
    options,
    run,
  );
}

function answersAfter(answers: RecordedAnswers, releases: readonly Release[]): RecordedAnswers {
  const all = loadFeatures(TEMPLATES);
  const names = featuresAfter(answers.features, releases);
  const features = names.filter((name) => choosableFeatures(all).some((one) => one.name === name));
  return withExactly(answers, features, all);
}
