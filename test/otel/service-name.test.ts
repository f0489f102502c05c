import { expect } from 'chai';
import { type Resourced, serviceName } from '../../src/otel/service-name.js';

describe('the service name of what an SDK made', () => {
  const raw = (...entries: readonly (readonly [string, unknown])[]): Resourced => ({
    resource: { attributes: { 'service.name': 'settled' }, getRawAttributes: () => entries },
  });

  it('is the one that is known already, without waiting for those to come', () => {
    expect(serviceName(raw(['host.name', 'a'], ['service.name', 'orders']))).to.equal('orders');
    expect(serviceName(raw(['host.name', 'a']))).to.equal('settled');
  });

  it('is read from the attributes of an SDK that has no raw ones', () => {
    expect(serviceName({ resource: { attributes: { 'host.name': 'a', 'service.name': 'orders' } } })).to.equal(
      'orders',
    );
  });

  it('is empty where it is not known, or no text', () => {
    for (const made of [{}, { resource: {} }, { resource: { attributes: {} } }] as readonly Resourced[]) {
      expect(serviceName(made)).to.equal('');
    }
    expect(serviceName(raw(['service.name', Promise.resolve('later')]))).to.equal('');
    expect(serviceName({ resource: { attributes: { 'service.name': 7 } } })).to.equal('');
  });
});
