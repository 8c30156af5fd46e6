import { aroundEach } from 'vitest';
import { currentTest } from '../support/finish.ts';

aroundEach((runTest, context) => currentTest.run(context, runTest));
