import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programOf, TEMPO } from './backend-programs.js';
import { freePorts } from '../support/free-ports.js';
import { RunningBackend } from './running-backend.js';

export interface RealTempo {
  readonly backend: RunningBackend;
  readonly otlpUrl: string;
  readonly queryUrl: string;
}

/** Tempo in one process with its blocks in a folder, on loopback. */
export async function startTempo(): Promise<RealTempo> {
  const program = await programOf(TEMPO);
  const [otlp, query, grpc] = (await freePorts(3)) as [number, number, number];
  const backend = await RunningBackend.start((folder) => {
    const config = join(folder, 'tempo.json');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify(configOf(folder, otlp, query, grpc)));
    return { command: program, args: [`-config.file=${config}`], readyUrl: `http://127.0.0.1:${query}/ready` };
  });
  return { backend, otlpUrl: `http://127.0.0.1:${otlp}`, queryUrl: `http://127.0.0.1:${query}` };
}

function configOf(folder: string, otlp: number, query: number, grpc: number): object {
  const loopback = '127.0.0.1';
  return {
    server: {
      http_listen_address: loopback,
      http_listen_port: query,
      grpc_listen_address: loopback,
      grpc_listen_port: grpc,
      log_level: 'warn',
    },
    usage_report: { reporting_enabled: false },
    distributor: { receivers: { otlp: { protocols: { http: { endpoint: `${loopback}:${otlp}` } } } } },
    ingester: {
      // A trace can be searched once it has been idle so long: soon, because a test waits for it.
      trace_idle_period: '1s',
      flush_check_period: '200ms',
      lifecycler: { address: loopback, min_ready_duration: '0s', final_sleep: '0s' },
    },
    memberlist: { bind_addr: [loopback], bind_port: 0, abort_if_cluster_join_fails: false },
    querier: { frontend_worker: { frontend_address: `${loopback}:${grpc}` } },
    compactor: { ring: { instance_addr: loopback } },
    storage: {
      trace: { backend: 'local', wal: { path: join(folder, 'wal') }, local: { path: join(folder, 'blocks') } },
    },
  };
}
