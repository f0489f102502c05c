/**
 * Ties a service to the process that started it. When the starter goes, however it goes, its end of the channel closes,
 * and nobody is left behind.
 */
process.once('disconnect', () => process.exit());
// The channel may have closed before anybody listened.
if (!process.connected) process.exit();

// Ctrl-C in a terminal reaches every process of the group: the starter decides what it means, and then lets go.
process.on('SIGINT', () => {});
