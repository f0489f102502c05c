import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** A full collection, so that what is counted afterwards is held by somebody. */
export const collectGarbage = runInNewContext('gc') as () => void;
