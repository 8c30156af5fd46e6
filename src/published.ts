// What the published command loads at once: in one file, because each file costs time.
export { main } from './cli.ts';

/** What scripts import, in a file of its own with all its names. */
export const library = (): Promise<object> => import('./index.ts');
