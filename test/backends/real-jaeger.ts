import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JAEGER, programOf } from './backend-programs.js';
import { freePorts } from '../support/free-ports.js';
import { RunningBackend } from './running-backend.js';

export interface RealJaeger {
  readonly backend: RunningBackend;
  readonly otlpUrl: string;
  readonly queryUrl: string;
}

/** Jaeger v2 with traces in memory, on loopback. `uiConfig` is a file of its UI's settings. */
export async function startJaeger(uiConfig?: string): Promise<RealJaeger> {
  const program = await programOf(JAEGER);
  const [otlp, query, grpc] = (await freePorts(3)) as [number, number, number];
  const backend = await RunningBackend.start((folder) => {
    const config = join(folder, 'jaeger.json');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify(configOf(otlp, query, grpc, uiConfig)));
    return { command: program, args: ['--config', config], readyUrl: `http://127.0.0.1:${query}/api/services` };
  });
  return { backend, otlpUrl: `http://127.0.0.1:${otlp}`, queryUrl: `http://127.0.0.1:${query}` };
}

function configOf(otlp: number, query: number, grpc: number, uiConfig: string | undefined): object {
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], processors: [], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 1_000 } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        http: { endpoint: `127.0.0.1:${query}` },
        grpc: { endpoint: `127.0.0.1:${grpc}` },
        ...(uiConfig === undefined ? {} : { ui: { config_file: uiConfig } }),
      },
    },
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  };
}
