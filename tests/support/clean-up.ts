import { afterAll } from 'vitest';
import { removeScratch } from './scratch.ts';

// A file may have made a hundred projects, and a busy disk takes its time with so many files.
afterAll(removeScratch, 10 * 60_000);
