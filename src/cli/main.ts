#!/usr/bin/env node
/** The command `otel-causality`. */
import { runProgram } from './program.js';

// `otel-causality order … | head` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function main(): Promise<void> {
  try {
    // The exit code is set, not taken at once: a pipe may not have taken everything yet.
    process.exitCode = await runProgram(process.argv.slice(2), process);
  } catch (error) {
    // A fault of ours must not look like findings, whose code is 1.
    console.error(error);
    process.exitCode = 2;
  }
}

void main();
