// Loaded into every process that is measured: says how much it has used so far, when it is asked.
process.on('message', (word) => {
  // Twice: what the first collection finalises the second one takes.
  if (word === 'heap') for (let time = 0; time < 2; time += 1) globalThis.gc();
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system, heap: process.memoryUsage().heapUsed });
});
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
