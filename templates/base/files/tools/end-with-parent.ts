// Loaded into the development server: when `npm run dev` is killed, nothing of it is left behind.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
