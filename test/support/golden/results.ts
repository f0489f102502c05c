/** Every result of the command on one export, as files by name: what is kept, and what a test makes anew. */
import { runCli } from '../run-cli.js';

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'order.txt': ['order'],
  'order-flow.txt': ['order', '--order', 'flow'],
  'order.json': ['order', '--format', 'json'],
  'check.txt': ['check', '--fail-on', 'all'],
  'check.json': ['check', '--format', 'json', '--fail-on', 'all'],
  'coverage.txt': ['coverage'],
  'coverage.json': ['coverage', '--format', 'json'],
  'corrected.jsonl': ['correct'],
  'shiviz.log': ['export', '--to', 'shiviz'],
  'perfetto.json': ['export', '--to', 'perfetto'],
};

export async function resultsOf(file: string): Promise<ReadonlyMap<string, string>> {
  const results = new Map<string, string>();
  for (const [name, args] of Object.entries(COMMANDS)) {
    const { code, out, err } = await runCli([...args, file]);
    if (code === 2) throw new Error(`${args.join(' ')} read nothing: ${err}`);
    results.set(name, out);
    if (name === 'corrected.jsonl') results.set('correct.txt', err);
    if (name === 'check.txt') results.set('check-exit-code.txt', `${code}\n`);
  }
  return results;
}
