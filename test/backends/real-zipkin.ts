import { programOf, ZIPKIN } from './backend-programs.js';
import { freePorts } from '../support/free-ports.js';
import { RunningBackend } from './running-backend.js';

export interface RealZipkin {
  readonly backend: RunningBackend;
  readonly url: string;
}

/** Zipkin with traces in memory, on loopback. */
export async function startZipkin(): Promise<RealZipkin> {
  const jar = await programOf(ZIPKIN);
  const [port] = (await freePorts(1)) as [number];
  const url = `http://127.0.0.1:${port}`;
  const backend = await RunningBackend.start(() => ({
    command: 'java',
    args: ['-Xmx256m', '-jar', jar],
    env: { QUERY_PORT: String(port), SERVER_ADDRESS: '127.0.0.1', STORAGE_TYPE: 'mem', SELF_TRACING_ENABLED: 'false' },
    readyUrl: `${url}/health`,
  }));
  return { backend, url };
}
