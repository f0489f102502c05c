// Asks the registry in use for known vulnerabilities in what package-lock.json pins: node tools/audit.mjs [--omit=dev].
// Exits with 0 when there are none, with 1 when there are some, and with 3, saying why, when nobody answered the
// question: not every registry (a mirror, a cache) takes it, and an answer that was not given is not "none".
import { spawnSync } from 'node:child_process';

const UNANSWERED = 3;
const PATIENCE_MS = 120_000;

const asked = spawnSync('npm', ['audit', '--json', '--fetch-retries=0', ...process.argv.slice(2)], {
  encoding: 'utf8',
  timeout: PATIENCE_MS,
  maxBuffer: 64 * 1024 * 1024,
});

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const report = parsed(asked.stdout);
const counts = report?.metadata?.vulnerabilities;
if (counts === undefined) {
  const reason = report?.message ?? report?.error?.summary ?? asked.error?.message ?? `npm ended with ${asked.status}`;
  console.log(`the registry in use does not answer audit requests: ${reason}`);
  process.exitCode = UNANSWERED;
} else {
  for (const { name, severity, range, via } of Object.values(report.vulnerabilities ?? {})) {
    const titles = via.map((one) => (typeof one === 'string' ? `by way of ${one}` : `${one.title} (${one.url})`));
    console.log(`${severity}: ${name} ${range}: ${titles.join('; ')}`);
  }
  console.log(`${counts.total} known vulnerabilities`);
  process.exitCode = counts.total === 0 && asked.status === 0 ? 0 : 1;
}
