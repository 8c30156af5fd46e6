// Every file that a version makes, whatever is chosen: what releases are held against.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRendered } from '../build/lifecycle/rendered-base.js';
import { optionOf } from '../build/options/options.js';
import { TEMPLATES } from '../build/package.js';
import { planProject } from '../build/plan/plan.js';
import { adapterNames, choosableFeatures, loadFeatures } from '../build/templates/features.js';

/** @typedef {ReadonlyMap<string, string>} Texts texts by their paths */

/**
 * Choices that bring every file there is: all features with each adapter, and each package manager.
 * @param {{ features: readonly string[], adapters: readonly string[], managers: readonly string[] }} words
 */
function choices({ features, adapters, managers }) {
  const common = { packageName: 'app', description: 'Chat', author: '', port: 3000, features };
  return [
    ...adapters.map((adapter) => ({ ...common, packageManager: 'npm', adapter })),
    ...managers.map((packageManager) => ({ ...common, packageManager, adapter: 'none' })),
  ];
}

/**
 * What the program of a tarball makes.
 * @param {string} tarball
 * @returns {Texts}
 */
export function publishedTexts(tarball) {
  const directory = mkdtempSync(join(tmpdir(), 'releases-'));
  const program = join(directory, 'package/bin/create-chat-backend.js');
  const run = (/** @type {string[]} */ ...args) =>
    execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    execFileSync('tar', ['-xzf', tarball, '-C', directory]);
    const { features, adapter, packageManager } = JSON.parse(String(run('schema'))).properties;
    const words = {
      features: features.items.enum,
      adapters: adapter.enum,
      managers: packageManager.enum,
    };
    const trees = choices(words).map((answers, index) => {
      const made = join(directory, String(index));
      const config = join(directory, 'config.json');
      writeFileSync(config, JSON.stringify(answers));
      run(made, '--config', config, '--yes', '--no-install', '--no-git');
      return readRendered(made)?.tree ?? new Map();
    });
    return textsOf(trees);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * What this version makes.
 * @returns {Texts}
 */
export function presentTexts() {
  const all = loadFeatures(TEMPLATES);
  const words = {
    features: choosableFeatures(all).map(({ name }) => name),
    adapters: adapterNames(all),
    managers: optionOf('packageManager').choices,
  };
  const trees = choices(words).map(({ adapter, features, ...answers }) => {
    const chosen = adapter === 'none' ? features : [...features, adapter];
    const { files } = planProject({ ...answers, databaseUri: '', features: chosen });
    return new Map(files.map(({ path, ...planned }) => [path, planned]));
  });
  return textsOf(trees);
}

/**
 * @param {readonly ReadonlyMap<string, { readonly bytes: Buffer }>[]} trees
 * @returns {Texts}
 */
function textsOf(trees) {
  return new Map(
    trees.flatMap((tree) => [...tree].map(([path, { bytes }]) => [path, String(bytes)])),
  );
}
