/**
 * OpenTelemetry's own registration of all instrumentations: whether it is asked for elsewhere, and how it is loaded.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Environment } from '../clocks/environment.js';

export const AUTO_INSTRUMENTATIONS = '@opentelemetry/auto-instrumentations-node';

/** Whether `--import` or `--require` name it too, before us or after. */
export function isPreloaded(execArgv: readonly string[], environment: Environment): boolean {
  const words = [...execArgv, ...(environment['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return words.some((word) => {
    const at = word.search(/auto-instrumentations-node[\\/]/);
    return at >= 0 && /[\\/]register/.test(word.slice(at));
  });
}

/** What the application can load: from the folder of its main script, else from the one it was started in. */
export class Application {
  private readonly folders: readonly string[];

  constructor(script: string | undefined, workingFolder: string) {
    this.folders = [...(script === undefined ? [] : [dirname(script)]), workingFolder];
  }

  has(specifier: string): boolean {
    return this.fileOf(specifier) !== undefined;
  }

  /** Loads a module; undefined where it is not installed. Throws what the module throws. */
  load(specifier: string): unknown {
    const file = this.fileOf(specifier);
    return file === undefined ? undefined : createRequire(file)(file);
  }

  private fileOf(specifier: string): string | undefined {
    for (const folder of this.folders) {
      try {
        return createRequire(join(folder, 'any.js')).resolve(specifier);
      } catch {
        // Not from there.
      }
    }
    return undefined;
  }
}
