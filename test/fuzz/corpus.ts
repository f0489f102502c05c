/**
 * Inputs that once reached something new, a base64 line each: `test/fuzz/corpus/<target>.txt`. A run that is led by
 * coverage finds them, and every run begins with them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../support/repository.js';

function fileOf(target: string): string {
  return join(repositoryRoot, 'test', 'fuzz', 'corpus', `${target}.txt`);
}

export function readCorpus(target: string): Buffer[] {
  const file = fileOf(target);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
}

export function writeCorpus(target: string, inputs: readonly Buffer[]): void {
  mkdirSync(dirname(fileOf(target)), { recursive: true });
  writeFileSync(fileOf(target), inputs.map((input) => `${input.toString('base64')}\n`).join(''));
}
