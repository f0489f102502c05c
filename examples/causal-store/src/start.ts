/** Three nodes on this machine, until Ctrl-C. */
import { LocalCluster } from './cluster/local-cluster.js';

const FIRST_PORT = 4001;

const cluster = new LocalCluster({ directory: '.data', firstPort: FIRST_PORT, showOutput: true });
await cluster.start();
console.log(`
Try:
  curl -X PUT --data 'blue' http://127.0.0.1:${FIRST_PORT}/kv/colour
  curl http://127.0.0.1:${FIRST_PORT + 1}/kv/colour
  curl http://127.0.0.1:${FIRST_PORT + 2}/health

The data is in .data; Ctrl-C stops all three.`);

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void cluster.stop().then(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
