// Everything that the published package loads at once: in one file, because each file costs time.
export * from './index.ts';
export { main } from './cli.ts';
