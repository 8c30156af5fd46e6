// Prints `N passed, N failed` from the exit code of the check, and a report and an exit code of each
// run of tests, and fails with them.
import { readFileSync } from 'node:fs';

const [check, ...runs] = process.argv.slice(2);
const outcomes = [check === '0' ? 'passed' : 'failed'];
for (let at = 0; at < runs.length; at += 2) outcomes.push(...outcomesOf(runs[at], runs[at + 1]));

const count = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
console.log(`${count('passed')} passed, ${count('failed')} failed`);
process.exitCode = count('failed') === 0 ? 0 : 1;

function outcomesOf(report, exitCode) {
  const outcomes = readReport(report).flatMap((file) => {
    const own = file.assertionResults.map(({ status }) => status);
    // A file that could not be loaded, or whose set-up failed, has no test that says so.
    return file.status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own;
  });
  return exitCode === '0' || outcomes.includes('failed') ? outcomes : [...outcomes, 'failed'];
}

function readReport(path) {
  const text = readFileSync(path, 'utf8');
  // Tests that never started left an empty report; their exit code counts as one failure.
  return text === '' ? [] : JSON.parse(text).testResults;
}
