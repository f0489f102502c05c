import { expect } from 'chai';
import { hostEnvironment } from '../../src/clocks/environment.js';

describe('hostEnvironment', () => {
  it('is the process’s where there is one, and empty on any other host', () => {
    expect(hostEnvironment()).to.equal(process.env);
    const own = Object.getOwnPropertyDescriptor(globalThis, 'process') as PropertyDescriptor;
    for (const host of [undefined, {}]) {
      Object.defineProperty(globalThis, 'process', { configurable: true, writable: true, value: host });
      try {
        expect(hostEnvironment()).to.deep.equal({});
      } finally {
        Object.defineProperty(globalThis, 'process', own);
      }
    }
  });
});
