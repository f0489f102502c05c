import { expect } from 'chai';
import { isPreloaded } from '../../src/register/start-sdk.js';

const NAME = '@opentelemetry/auto-instrumentations-node';

describe("OpenTelemetry's own registration", () => {
  it('is seen in the arguments and in NODE_OPTIONS, however it is written', () => {
    for (const word of [
      `${NAME}/register`,
      `--require=${NAME}/register`,
      `./node_modules/${NAME}/build/src/register.js`,
      `C:\\app\\node_modules\\@opentelemetry\\auto-instrumentations-node\\build\\src\\register.js`,
    ]) {
      expect(isPreloaded(['--import', word], {}), word).to.equal(true);
      expect(isPreloaded([], { NODE_OPTIONS: `--max-old-space-size=100 --import ${word}` }), word).to.equal(true);
    }
  });

  it('is not seen where something else is loaded', () => {
    for (const word of [
      'otel-causality/register',
      NAME,
      `${NAME}/preregister`,
      `${NAME}register`,
      `register/${NAME}`,
    ]) {
      expect(isPreloaded(['--import', word], { NODE_OPTIONS: word }), word).to.equal(false);
    }
    expect(isPreloaded([], {})).to.equal(false);
  });
});
