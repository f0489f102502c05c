/** A node as a process: settings from the environment, one line when it listens, until SIGTERM or SIGINT. */
import { startNode } from './running-node.js';
import { readSettings } from './settings.js';

function fail(error: unknown): never {
  // The disk and the memory may disagree: the only safe way on is through the disk.
  console.error('the node failed and ends:', error);
  process.exit(1);
}

const settings = readSettings(process.env);
const node = await startNode(settings, fail).catch(fail);
console.log(`${settings.name} (${node.writer}) listens on http://${settings.host}:${node.port}`);
process.send?.({ port: node.port, writer: node.writer });

const stop = (): void => {
  node.stop().then(() => process.exit(0), fail);
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// Started by a program that is gone: nobody else would end it.
process.once('disconnect', stop);
