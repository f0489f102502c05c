import { expect } from 'chai';
import { InvalidValueError } from '../../src/clocks/errors.js';

/** Runs the action, expects the typed error about this field, in words that tell what would do, and returns it. */
export function expectInvalid(action: () => unknown, field: string): InvalidValueError {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, 'nothing was thrown').to.be.instanceOf(InvalidValueError);
  const invalid = thrown as InvalidValueError;
  expect(invalid.field).to.equal(field);
  expect(invalid.expected, 'what would do').to.match(/\w{2}|\d/);
  expect(invalid.message).to.include(field).and.to.include(invalid.expected);
  return invalid;
}
