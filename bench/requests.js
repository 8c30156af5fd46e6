import { get } from 'node:http';

/** Asks a server of this machine, and takes the whole answer. Throws where it is not 200. */
export const read = (options) =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', ...options }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${options.path}: ${answer.statusCode}`));
      answer.resume().once('end', resolve);
    }).once('error', reject);
  });
