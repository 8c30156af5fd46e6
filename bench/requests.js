import { request } from 'node:http';

/** Asks a server of this machine, and takes the whole answer. Throws where it is not 200. */
export const read = (options) => ask(options, 200);

/** Says something to a server of this machine; what it answers, parsed. Throws where it is refused. */
export async function say({ body, token, ...options }) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body && { 'content-type': 'application/json' }),
  };
  const text = await ask({ ...options, headers }, undefined, body && JSON.stringify(body));
  return text === '' ? undefined : JSON.parse(text);
}

const ask = (options, wanted, body) =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', ...options }, (answer) => {
      const isGood = wanted === undefined ? answer.statusCode < 300 : answer.statusCode === wanted;
      if (!isGood) reject(new Error(`${options.path}: ${answer.statusCode}`));
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.once('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    asked.once('error', reject);
    asked.end(body);
  });
