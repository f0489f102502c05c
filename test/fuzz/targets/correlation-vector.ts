import { CorrelationVector } from '../../../src/clocks/correlation-vector.js';
import { InvalidValueError } from '../../../src/clocks/errors.js';
import { correlationVectors } from '../seeds.js';
import { decoded, must, type Target } from './target.js';

/** Microsoft's Correlation Vector: what is read can go on, and what it becomes can be read. */
export const correlationVector: Target = {
  name: 'correlation-vector',
  seeds: correlationVectors(),
  words: ['.0', '.1', 'A.', '-', '_', '.4294967295', '.!', 'K', '00-', '.ffffffff', '='],
  run(input) {
    const text = input.toString('latin1');
    decoded(InvalidValueError, () => CorrelationVector.fromTraceparent(text));
    const vector = decoded(InvalidValueError, () => CorrelationVector.parse(text));
    if (vector === undefined) return;
    must(CorrelationVector.parse(vector.value).value === vector.value, 'it reads as itself');
    for (const next of [vector.increment(), vector.extend()]) {
      must(CorrelationVector.parse(next.value).value === next.value, 'what it becomes can be read');
    }
  },
};
