// A reporter for Stryker: writes each mutant that no test noticed to .stryker/<room>.txt, as it is found.
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';

class Survivors {
  static inject = ['options'];

  constructor(options) {
    this.file = options.survivorsFile;
    mkdirSync(dirname(this.file), { recursive: true });
    rmSync(this.file, { force: true });
  }

  onMutantTested({ status, fileName, location, mutatorName, replacement }) {
    if (status !== 'Survived' && status !== 'NoCoverage') return;
    const { start, end } = location;
    const lines = readFileSync(fileName, 'utf8').split('\n');
    const mutated =
      start.line === end.line
        ? lines[start.line - 1].slice(start.column - 1, end.column - 1)
        : `${lines[start.line - 1].slice(start.column - 1)} … line ${end.line}`;
    const flat = replacement.replaceAll(/\s+/g, ' ');
    const untested = status === 'NoCoverage' ? ' (no test runs it)' : '';
    const place = `${relative('.', fileName)}:${start.line}:${start.column}`;
    appendFileSync(this.file, `${place} ${mutatorName}${untested}: ${mutated} => ${flat}\n`);
  }
}

export const strykerPlugins = [{ kind: 'Reporter', name: 'survivors', injectableClass: Survivors }];
