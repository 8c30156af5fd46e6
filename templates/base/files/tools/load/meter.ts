// Loaded into the server under load: says how much time of a processor it has used so far.
process.on('message', () => process.send?.(process.cpuUsage()));
