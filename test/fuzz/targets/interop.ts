import { InvalidValueError } from '../../../src/clocks/errors.js';
import { binary, json, text } from '../../../src/interop/index.js';
import { clockworkVectors } from '../seeds.js';
import { decoded, parsed, type Target } from './target.js';

const NAMES = ['X-Causality-Lamport', 'X-Causality-Vector', 'X-Causality-EventId', 'X-Causality-EventType'];
const NO_PAYLOAD = new Uint8Array(0);

/** like-a-clockwork's transports: text headers and msgpack headers, a line each, and the JSON envelope. */
export const interop: Target = {
  name: 'interop',
  seeds: clockworkVectors(),
  words: [
    'a=1',
    ',',
    '\n',
    '_causality',
    '{"_causality":{',
    '"vector":{',
    '\u0081\u00a1a\u0001',
    '\u00de\u00ff\u00ff',
    '__proto__',
  ],
  run(input) {
    const lines = input.toString('latin1').split('\n');
    const texts = Object.fromEntries(NAMES.map((name, i) => [name, lines[i] ?? '']));
    const bytes: Record<string, Uint8Array> = Object.fromEntries(
      NAMES.map((name, i) => [name, Buffer.from(lines[i] ?? '', 'latin1')]),
    );
    bytes['X-Causality-Vector'] = input;
    decoded(InvalidValueError, () => text.extractLamport(texts));
    decoded(InvalidValueError, () => text.extractVector(texts));
    decoded(InvalidValueError, () => text.extractEvent(texts, NO_PAYLOAD));
    decoded(InvalidValueError, () => binary.extractLamport(bytes));
    decoded(InvalidValueError, () => binary.extractVector(bytes));
    decoded(InvalidValueError, () => binary.extractEvent(bytes, NO_PAYLOAD));
    const message = parsed(input.toString('utf8'));
    json.hasCausality(message);
    decoded(InvalidValueError, () => json.extract(message));
    decoded(InvalidValueError, () => json.toEvent(message as never));
  },
};
