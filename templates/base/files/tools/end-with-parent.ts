// Loaded before everything else of a process, which then ends with what has started it.
//
// npm passes a signal on to the shell of a script only, and Debian's ends of it without a word to the
// server, which would serve on. But what has lost its parent is given another one.
const everyMs = 250;
const parent = process.ppid;

const timer = setInterval(() => {
  if (process.ppid !== parent) end();
}, everyMs).unref();
// Whoever started it with a channel is gone when the channel is, also where parents are not replaced.
process.once('disconnect', end);
process.channel?.unref();
// A signal that reaches a whole group ends the parent, too: a second one would not wait for what is
// under way.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    rest();
    // Until the program listens for it a signal does what it does to any process.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  });

function end(): void {
  rest();
  process.kill(process.pid, 'SIGTERM');
}

function rest(): void {
  clearInterval(timer);
  process.off('disconnect', end);
}
