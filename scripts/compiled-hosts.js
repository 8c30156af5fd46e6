import ejs from 'ejs';
import { HOST_SETTINGS } from '../build/plan/compile-host.js';

/** The source of a module like src/plan/compile-host.ts, in which EJS has made its functions already. */
export function compiledHosts(features) {
  const hosts = features.flatMap(({ files }) => files).filter(({ isHost }) => isHost);
  return `
    const hosts = { ${hosts.map(compiled).join(',\n')} };
    export const compileHost = ({ path }) => (locals) => hosts[path](locals, String);
  `;
}

function compiled({ path, bytes }) {
  const host = new ejs.Template(bytes.toString(), { ...HOST_SETTINGS, compileDebug: false });
  host.compile();
  return `${JSON.stringify(path)}: (locals, escapeFn) => {\n${host.source}\n}`;
}
