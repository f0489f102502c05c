/** RabbitMQ, NATS and Redis as the system has them installed, each with a data folder of its own, on loopback. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.js';
import { installed, Program, Scratch } from './programs.js';

export interface Broker {
  readonly port: number;
  stop(): Promise<void>;
}

/** A broker, or why there is none. */
export type Started = Broker | string;

export async function startNats(): Promise<Started> {
  const path = installed('nats-server');
  if (path === undefined) return 'nats-server is not installed';
  const [port] = (await freePorts(1)) as [number];
  return running(Program.start(path, ['-a', '127.0.0.1', '-p', String(port)]), port);
}

export async function startRedis(): Promise<Started> {
  const path = installed('redis-server');
  if (path === undefined) return 'redis-server is not installed';
  const [port] = (await freePorts(1)) as [number];
  const scratch = new Scratch();
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', scratch.path];
  return running(Program.start(path, settings), port, scratch);
}

/** RabbitMQ's node is found through a port mapper, epmd; it gets one of its own, so that it ends with the test. */
export async function startRabbit(): Promise<Started> {
  const path = installed('rabbitmq-server');
  const epmd = installed('epmd');
  if (path === undefined || epmd === undefined) return 'rabbitmq-server is not installed';
  const [port, mapper, distribution] = (await freePorts(3)) as [number, number, number];
  const scratch = new Scratch();
  const within = (name: string): string => join(scratch.path, name);
  writeFileSync(within('rabbit.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\n`);
  writeFileSync(within('plugins'), '[].\n');
  const names = Program.start(epmd, ['-port', String(mapper), '-address', '127.0.0.1']);
  await names.listening(mapper);
  // Debian's script in /usr/sbin becomes the user rabbitmq, whose folders these are not.
  const script = installedScript() ?? path;
  const server = Program.start(script, [], {
    HOME: scratch.path,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapper),
    RABBITMQ_NODENAME: `otel-causality-${process.pid}@localhost`,
    RABBITMQ_MNESIA_BASE: within('data'),
    RABBITMQ_LOG_BASE: within('log'),
    RABBITMQ_CONFIG_FILE: within('rabbit'),
    RABBITMQ_ENABLED_PLUGINS_FILE: within('plugins'),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  });
  return running(server, port, scratch, names);
}

function installedScript(): string | undefined {
  const path = '/usr/lib/rabbitmq/bin';
  return installed('rabbitmq-env')?.startsWith(path) === true ? join(path, 'rabbitmq-server') : undefined;
}

export async function running(program: Program, port: number, scratch?: Scratch, beside?: Program): Promise<Broker> {
  const stop = async (): Promise<void> => {
    await program.stop();
    await beside?.stop();
    scratch?.remove();
  };
  try {
    await program.listening(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}
