// Writes the public API of every subpath export into etc/*.api.md, or with --check compares it with what is there.
//
// A change of the API then shows in review as a change of a text file. Reports are made from the ESM declarations;
// test/package.test.ts holds the CommonJS build to the same names. `npm run api` is all that a change needs.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel as LogLevel } from '@microsoft/api-extractor';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = join(root, 'etc');
const made = mkdtempSync(join(tmpdir(), 'otel-causality-api-'));
const checking = process.argv.includes('--check');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** One report; returns why it could not be made, or undefined. */
function extract(name, declarations) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2023'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            strict: true,
            skipLibCheck: true,
            types: ['node'],
          },
          files: [declarations],
        },
      },
      apiReport: { enabled: true, reportFileName: `${name}.api.md`, reportFolder: made, reportTempFolder: made },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: LogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: LogLevel.None },
          // Something public that mentions a name users cannot import: worth seeing in the report.
          'ae-forgotten-export': { logLevel: LogLevel.None, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: LogLevel.None } },
      },
    },
  });
  const problems = [];
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      if (message.logLevel === LogLevel.Error) problems.push(message.formatMessageWithLocation(root));
      message.handled = true;
    },
  });
  return result.succeeded ? undefined : problems.join('\n');
}

const failures = [];
const names = [];
for (const [subpath, target] of Object.entries(manifest.exports)) {
  if (subpath === './package.json') continue;
  const name = subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-');
  const declarations = join(root, target.import.types);
  names.push(`${name}.api.md`);
  if (!existsSync(declarations)) {
    failures.push(`${subpath}: ${target.import.types} is missing; build first, or mend the export`);
    continue;
  }
  const problem = extract(name, declarations);
  if (problem !== undefined) failures.push(`${subpath}: ${problem}`);
}

mkdirSync(reports, { recursive: true });
const strangers = readdirSync(reports).filter((file) => file.endsWith('.api.md') && !names.includes(file));
let written = 0;
for (const name of readdirSync(made).filter((file) => file.endsWith('.api.md'))) {
  const now = readFileSync(join(made, name), 'utf8');
  const path = join(reports, name);
  const then = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (now === then) continue;
  if (checking) failures.push(`etc/${name} is not what the sources export: ${firstDifference(then, now)}`);
  else {
    writeFileSync(path, now);
    written += 1;
  }
}
for (const stranger of strangers) {
  if (checking) failures.push(`etc/${stranger} reports on no export`);
  else rmSync(join(reports, stranger));
}
rmSync(made, { recursive: true, force: true });

function firstDifference(then, now) {
  const before = then.split('\n');
  const after = now.split('\n');
  const at = after.findIndex((line, i) => line !== before[i]);
  return at < 0 ? 'lines were removed' : `line ${at + 1} was "${before[at] ?? ''}", is "${after[at]}"`;
}

if (failures.length > 0) {
  console.error(`${failures.join('\n')}\nRun "npm run api" and commit etc/ if the change is meant.`);
  process.exitCode = 1;
} else if (checking) console.log(`${names.length} API reports match.`);
else console.log(`${names.length} API reports, ${written} changed, ${strangers.length} removed.`);
