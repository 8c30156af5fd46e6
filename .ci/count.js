// Prints what failed, shortly, then `N passed, N failed`, from the exit code of the check, and a
// report and an exit code of each run of tests; fails with them.
import { readFileSync } from 'node:fs';

/** Enough to see which test of a generated project failed and why; where it stands is far above. */
const LINES = 25;

const [check, ...runs] = process.argv.slice(2);
const outcomes = [check === '0' ? 'passed' : 'failed'];
if (check !== '0') console.log('npm run check failed');
for (let at = 0; at < runs.length; at += 2) outcomes.push(...outcomesOf(runs[at], runs[at + 1]));

const count = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
console.log(`${count('passed')} passed, ${count('failed')} failed`);
process.exitCode = count('failed') === 0 ? 0 : 1;

function outcomesOf(report, exitCode) {
  const outcomes = readReport(report).flatMap((file) => {
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'failed') explain(fullName, failureMessages.join('\n'));
    }
    const own = file.assertionResults.map(({ status }) => status);
    // A file that could not be loaded, or whose set-up failed, has no test that says so.
    if (file.status !== 'failed' || own.includes('failed')) return own;
    explain(file.name, file.message);
    return [...own, 'failed'];
  });
  return exitCode === '0' || outcomes.includes('failed') ? outcomes : [...outcomes, 'failed'];
}

function explain(title, message) {
  const lines = message.split('\n').slice(0, LINES);
  console.log([`failed: ${title}`, ...lines.map((line) => `    ${line}`)].join('\n'));
}

function readReport(path) {
  const text = readFileSync(path, 'utf8');
  // Tests that never started left an empty report; their exit code counts as one failure.
  return text === '' ? [] : JSON.parse(text).testResults;
}
