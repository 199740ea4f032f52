#!/usr/bin/env node
// Runs on the Node that is there if it is new enough, else on the one that npm installed beside the product. Plain
// JavaScript of an old edition: it has to be able to say that the Node is too old.
// What it needs besides is loaded only where that is to be said: it is part of every start.
const OLDEST = [22, 12];
const [major, minor] = process.versions.node.split('.').map(Number);
const newEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
const cli = new URL('../dist/command/index.js', import.meta.url);

function refuse(message) {
  console.error(message);
  process.exitCode = 2;
}

async function runOn(node) {
  const { spawn } = await import('node:child_process');
  const { fileURLToPath } = await import('node:url');
  const self = fileURLToPath(import.meta.url);
  const child = spawn(fileURLToPath(node), [self].concat(process.argv.slice(2)), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to both; a second one would end the child without its clean end.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
  child.on('exit', (code) => {
    process.exitCode = code === null ? 1 : code;
  });
}

async function start() {
  if (newEnough) {
    try {
      return await import(cli.href);
    } catch (error) {
      // Any other module that is missing is a fault of what was built.
      if (error.code !== 'ERR_MODULE_NOT_FOUND' || error.url !== cli.href) throw error;
    }
  }
  const { existsSync } = await import('node:fs');
  if (!existsSync(cli)) return refuse('redline is not built yet: run `npm run build`.');
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const bundled = new URL(`../node_modules/node/bin/${file}`, import.meta.url);
  if (existsSync(bundled)) return await runOn(bundled);
  refuse(`redline needs Node ${OLDEST.join('.')} or newer; this is Node ${process.versions.node}.`);
}

start().catch(refuse);
