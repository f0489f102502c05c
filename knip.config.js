// What is exported but imported by nobody, installed but unused, or a file that nothing leads to.
import { readFileSync } from 'node:fs';

const { exports, bin = {} } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// The sources behind the published entry points, read from package.json, so that a new subpath needs no edit here.
const built = JSON.stringify([exports, bin]).matchAll(/dist\/esm\/([^"]+?)(?:\.d)?\.[jt]s"/g);
const entries = new Set([...built].map(([, path]) => `src/${path}.ts`));

export default {
  entry: [
    ...entries,
    // A tool bundles it.
    'src/analysis/diagram/page/main.ts',
    'test/**/*.test.ts',
    'test/**/*.compat.ts',
    'test/e2e/*.ts',
    'test/fuzz/{main,distilled}.ts',
    'test/soak/main.ts',
    // What the processes of the soak are started with.
    'test/soak/service/{registration,service}.ts',
    'test/backends/picture.ts',
    // What the services of the transport tests load by name.
    'test/transports/{registration,service}.ts',
    'test/transports/services/*.ts',
    'test/support/golden/{record,telemetry-twice}.ts',
    'test/support/golden/services/*.ts',
    'bench/**/*.{ts,mjs}',
    'examples/demo/**/*.ts',
    'examples/*.mjs',
    'tools/*.mjs',
    // Stryker and mocha load them by name.
    'tools/mutation/*.mjs',
  ],
  project: ['{src,test,bench,examples/demo}/**/*.ts', 'tools/**/*.mjs', 'examples/*.mjs'],
  // Stryker loads its runner by name.
  ignoreDependencies: ['@stryker-mutator/mocha-runner'],
  // A type that a public signature mentions is exported for whoever has to name it.
  ignoreExportsUsedInFile: { interface: true, type: true },
};
