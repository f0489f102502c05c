/** What a node is told by its environment. */
import { SESSION_WAIT_MS } from './limits.js';

export interface Settings {
  /** `NODE_NAME`: the node's name among its peers. */
  readonly name: string;
  /** `HOST` and `PORT`: where it listens; port 0 lets the system choose. */
  readonly host: string;
  readonly port: number;
  /** `DATA_DIR`: its own directory, which is its identity. */
  readonly directory: string;
  /** `PEERS`: `n2=http://host:port,n3=…`. Without any, only a broker brings operations. */
  readonly peers: ReadonlyMap<string, string>;
  /** `PEER_SECRET`: what peers show each other. */
  readonly secret: string | undefined;
  /** `NATS_URL`: `nats://host:port` of a JetStream server that carries operations. */
  readonly natsUrl: string | undefined;
  /** `NATS_STREAM`: the stream's name. Nodes of one store share it. */
  readonly natsStream: string;
  /** `SESSION_WAIT_MS` */
  readonly sessionWaitMs: number;
}

/** Throws an error that names the variable and its value. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const name = env['NODE_NAME'] ?? 'n1';
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(name)) throw bad('NODE_NAME', name, '1 to 32 letters, digits, - and _');
  const stream = env['NATS_STREAM'] ?? 'CAUSAL_STORE';
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(stream)) throw bad('NATS_STREAM', stream, '1 to 64 letters, digits, - and _');
  return {
    name,
    host: env['HOST'] ?? '127.0.0.1',
    port: integer(env, 'PORT', 4001, 65_535),
    directory: env['DATA_DIR'] ?? `.data/${name}`,
    peers: peersOf(env['PEERS'] ?? '', name),
    secret: env['PEER_SECRET'] === '' ? undefined : env['PEER_SECRET'],
    natsUrl: env['NATS_URL'] === '' ? undefined : env['NATS_URL'],
    natsStream: stream,
    sessionWaitMs: integer(env, 'SESSION_WAIT_MS', SESSION_WAIT_MS, 60_000),
  };
}

function peersOf(text: string, self: string): Map<string, string> {
  const peers = new Map<string, string>();
  for (const entry of text.split(',').filter((part) => part !== '')) {
    const [name = '', url = ''] = entry.split(/=(.*)/s);
    if (!URL.canParse(url) || !/^[A-Za-z0-9_-]{1,32}$/.test(name)) throw bad('PEERS', entry, '<name>=http://host:port');
    if (name !== self) peers.set(name, url);
  }
  return peers;
}

function integer(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  preset: number,
  highest: number,
): number {
  const text = env[name];
  if (text === undefined || text === '') return preset;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > highest)
    throw bad(name, text, `an integer from 0 to ${highest}`);
  return value;
}

const bad = (name: string, value: string, expected: string): Error =>
  new Error(`${name}=${value}: expected ${expected}`);
