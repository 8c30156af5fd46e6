// Prints `N passed, N failed` from the report of the tests and two exit codes, and fails with them.
import { readFileSync } from 'node:fs';

const [report, tests, check] = process.argv.slice(2);
const outcomes = [check === '0' ? 'passed' : 'failed'];

for (const file of readReport()) {
  outcomes.push(...file.assertionResults.map(({ status }) => status));
  // A file that could not be loaded, or whose set-up failed, has no test that says so.
  if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'))
    outcomes.push('failed');
}
if (tests !== '0' && !outcomes.slice(1).includes('failed')) outcomes.push('failed');

const count = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
console.log(`${count('passed')} passed, ${count('failed')} failed`);
process.exitCode = count('failed') === 0 ? 0 : 1;

function readReport() {
  const text = readFileSync(report, 'utf8');
  // Tests that never started left an empty report; their exit code counts as one failure.
  return text === '' ? [] : JSON.parse(text).testResults;
}
