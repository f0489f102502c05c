/** The OpenTelemetry versions that the built package is tried with, each as a user would have it installed. */

export interface Stack {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Whether `BatchSpanProcessor` takes an options object from `@opentelemetry/sdk-trace`. */
  readonly sdkTrace: boolean;
  /** The package that has the logs API, which API 1.10 took in. */
  readonly logsApi: '@opentelemetry/api' | '@opentelemetry/api-logs';
}

/** What our package depends on itself comes from the registry too, so that nothing of this repository is borrowed. */
const OURS = { '@msgpack/msgpack': '3.1.3' };

/** The oldest whose registration runs on an SDK that lets a span's end be stamped: `onEnding` came with 2.3. */
export const OLDEST: Stack = {
  name: 'OpenTelemetry 2.4',
  dependencies: {
    ...OURS,
    '@opentelemetry/api': '1.9.0',
    '@opentelemetry/auto-instrumentations-node': '0.68.0',
    '@opentelemetry/core': '2.4.0',
    '@opentelemetry/exporter-trace-otlp-http': '0.210.0',
    '@opentelemetry/instrumentation': '0.210.0',
    '@opentelemetry/sdk-node': '0.210.0',
    '@opentelemetry/sdk-trace-base': '2.4.0',
  },
  sdkTrace: false,
  logsApi: '@opentelemetry/api-logs',
};

export const SECOND: Stack = {
  name: 'OpenTelemetry 2.12',
  dependencies: {
    ...OURS,
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/auto-instrumentations-node': '0.81.2',
    '@opentelemetry/core': '2.12.1',
    '@opentelemetry/exporter-trace-otlp-http': '0.223.1',
    '@opentelemetry/instrumentation': '0.223.0',
    '@opentelemetry/sdk-node': '0.223.0',
    '@opentelemetry/sdk-trace': '2.12.1',
    '@opentelemetry/sdk-trace-base': '2.12.1',
  },
  sdkTrace: true,
  logsApi: '@opentelemetry/api-logs',
};

export const THIRD: Stack = {
  name: 'OpenTelemetry 3.1',
  dependencies: {
    ...OURS,
    '@opentelemetry/api': '1.10.0',
    '@opentelemetry/auto-instrumentations-node': '0.82.0',
    '@opentelemetry/core': '3.1.1',
    '@opentelemetry/exporter-trace-otlp-http': '0.301.0',
    '@opentelemetry/instrumentation': '0.301.0',
    '@opentelemetry/sdk-node': '0.301.0',
    '@opentelemetry/sdk-trace': '3.1.1',
    // These versions want Node 22.15 or later; this package carries one.
    node: '24.21.0',
  },
  sdkTrace: true,
  logsApi: '@opentelemetry/api',
};

/** Test runners and bundlers that treat modules in a way of their own. */
export const TOOLS: Stack = {
  name: 'Jest and esbuild',
  dependencies: {
    ...OURS,
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/core': '2.12.1',
    '@opentelemetry/sdk-trace-base': '2.12.1',
    esbuild: '0.28.2',
    jest: '30.5.2',
  },
  sdkTrace: false,
  logsApi: '@opentelemetry/api-logs',
};
