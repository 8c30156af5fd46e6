#!/usr/bin/env node
// Old versions of Node must be able to parse this file.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `error: Node ${process.versions.node} is too old for create-chat-backend\n` +
      '  Install Node 20.19 or newer, then type the same command again.',
  );
  process.exitCode = 6;
} else {
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
}

async function run() {
  return require('../dist/published.cjs').main(process.argv.slice(2));
}
