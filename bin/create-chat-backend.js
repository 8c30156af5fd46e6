#!/usr/bin/env node
// Old versions of Node must be able to parse this file.
const { engines } = require('../package.json');

if (isSupported(process.versions.node, engines.node)) {
  run().then(
    (code) => (process.exitCode = code),
    (error) => {
      console.error(
        `error: the installation of create-chat-backend is damaged: ${error.message}\n` +
          '  Install it again, for example: npx create-chat-backend@latest',
      );
      process.exitCode = 1;
    },
  );
} else {
  console.error(
    `error: Node ${process.versions.node} is none that create-chat-backend and its projects run on: ${engines.node}\n` +
      '  Install Node 24 from https://nodejs.org, or with a version manager (nvm install 24, fnm install 24,\n' +
      '  volta install node@24), then type the same command again.',
  );
  process.exitCode = 6;
}

async function run() {
  return require('../dist/published.cjs').main(process.argv.slice(2));
}

// The range is that of package.json, so that npm and this file say the same: `^a.b.c`, which ends
// with its major version, and `>=a.b.c`, with `||` between them.
function isSupported(version, range) {
  const found = version.split('.').map(Number);
  return range.split('||').some((part) => {
    const least = part.match(/\d+/g).map(Number);
    const isNewer = compare(found, least) >= 0;
    return part.trim()[0] === '^' ? isNewer && found[0] === least[0] : isNewer;
  });
}

function compare(a, b) {
  return a[0] - b[0] || a[1] - b[1] || parseInt(a[2], 10) - parseInt(b[2], 10);
}
