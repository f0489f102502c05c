/**
 * The library is linked here, and would bring a second copy of OpenTelemetry from where it really is. Naming the two
 * packages makes esbuild look for them in this folder. A page that installs the library from a registry needs none of it.
 */
export const ONE_COPY: Readonly<Record<string, string>> = {
  '@opentelemetry/api': '@opentelemetry/api',
  '@opentelemetry/core': '@opentelemetry/core',
};
