/** What the library adds to a page: everything that these imports reach, minified, and as it travels. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ONE_COPY } from './one-copy.js';

export interface Measured {
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
  /** The library's own part of the minified bytes; the rest is OpenTelemetry's, which a traced page has anyway. */
  readonly ownBytes: number;
  readonly text: string;
  /** Every module in it. */
  readonly modules: readonly string[];
}

/** What a page imports. */
export const PAGE_IMPORTS: Readonly<Record<string, string>> = {
  'propagator, processor, clock':
    "export { CausalityPropagator, CausalitySpanProcessor, CausalClock } from 'otel-causality'",
  'the same and installFetchReplies':
    "export { CausalityPropagator, CausalitySpanProcessor, CausalClock, installFetchReplies } from 'otel-causality'",
  'openDeduplicator, webStorage': "export { openDeduplicator, webStorage } from 'otel-causality/delivery'",
};

export async function measure(imports: string): Promise<Measured> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: imports, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    metafile: true,
    alias: ONE_COPY,
    legalComments: 'none',
  });
  const text = outputFiles[0]?.text ?? '';
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  const own = Object.entries(inputs).filter(([path]) => path.includes('/dist/esm/'));
  return {
    minifiedBytes: Buffer.byteLength(text),
    gzipBytes: gzipSync(text, { level: 9 }).length,
    ownBytes: own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
    text,
    modules: Object.keys(inputs),
  };
}
