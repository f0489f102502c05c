/**
 * `npm run fuzz [-- TARGET ...] [--seconds N] [--seed N] [--keep]`: mutates the inputs of each target for so long, led by
 * what of the sources they reach. `--keep` writes the smallest set of inputs that reaches as much to the corpus.
 */
import { parseArgs } from 'node:util';
import { readCorpus, writeCorpus } from './corpus.js';
import { distilled } from './distilled.js';
import { fuzz } from './fuzzer.js';
import { TARGETS } from './targets/all.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    keep: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !TARGETS.some((target) => target.name === name));
if (unknown.length > 0) {
  console.error(`There is no target ${unknown.join(', ')}. There are: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

for (const target of TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const corpus = readCorpus(target.name);
  const limits = { inputs: Number.POSITIVE_INFINITY, millis: Number(values.seconds) * 1_000, guided: true };
  const { inputs, found, blocks } = await fuzz(target, Number(values.seed), corpus, limits);
  console.log(
    `${target.name.padEnd(20)} ${String(inputs).padStart(10)} inputs, seed ${values.seed}: nothing broken; ${blocks} blocks, ${found.length} inputs near news`,
  );
  if (values.keep) {
    const kept = await distilled(target, [...corpus, ...found]);
    writeCorpus(target.name, kept);
    console.log(`${''.padEnd(20)} ${String(kept.length).padStart(10)} of them kept`);
  }
}
