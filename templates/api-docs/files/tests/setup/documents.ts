import { appendFileSync } from 'node:fs';
import { afterAll, afterEach } from 'vitest';
import { witnesses } from '../support/app.ts';
import { documentWitness } from '../support/documents.ts';

// Every test fails that sees something on the wire which the documents do not describe.
const witness = documentWitness();
witnesses.add(witness);
afterEach(() => {
  const faults = witness.takeFaults();
  if (faults.length > 0) throw new Error(`not as the documents say:\n${faults.join('\n')}`);
});

// `SEEN_OPERATIONS=<file> npm test` also collects which operations the tests have seen.
const file = process.env['SEEN_OPERATIONS'];
afterAll(() => {
  if (file !== undefined && witness.seen.size > 0)
    appendFileSync(file, `${[...witness.seen].join('\n')}\n`);
});
