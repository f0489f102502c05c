import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinProducts, type Product } from '../src/product.js';
import { type Policy, ProductStore, type Reading } from '../src/product-store.js';

const KETTLE: Product = { name: 'Kettle', priceCents: 3900, inStock: 10 };

describe('two versions of a product', () => {
  it('are joined field by field', () => {
    const ours = { ...KETTLE, priceCents: 3000 };
    const theirs = { ...KETTLE, inStock: 9, name: 'Big kettle' };
    expect(joinProducts(KETTLE, ours, theirs)).to.deep.equal({ name: 'Big kettle', priceCents: 3000, inStock: 9 });
    expect(joinProducts(KETTLE, theirs, ours)).to.deep.equal(joinProducts(KETTLE, ours, theirs));
    expect(joinProducts(KETTLE, ours, ours)).to.deep.equal(ours);
  });

  it('are not joined where both changed one field, each in its way', () => {
    expect(joinProducts(KETTLE, { ...KETTLE, inStock: 9 }, { ...KETTLE, inStock: 8 })).to.equal(null);
  });
});

describe('the product store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'product-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (policy: Policy): { store: ProductStore; read: Reading; stored: () => Product } => {
    const store = new ProductStore(folder, policy);
    // Read by another store: what counts is on the disk.
    const stored = (): Product => new ProductStore(folder, policy).read('42', KETTLE).product;
    return { store, read: store.read('42', KETTLE), stored };
  };

  const cheaper = ({ product, context }: Reading, writer: string, priceCents: number) =>
    ({ writer, context, base: product, next: { ...product, priceCents } }) as const;
  const more = ({ product, context }: Reading, writer: string, inStock: number) =>
    ({ writer, context, base: product, next: { ...product, inStock } }) as const;

  it('takes writes whose writer has seen the one before', () => {
    const { store, read, stored } = open('reject');
    expect(store.write('42', cheaper(read, 'pricing', 3000)).did).to.equal('written');
    const again = store.read('42', KETTLE);
    expect(store.write('42', more(again, 'stock', 60))).to.deep.include({ did: 'written', unseen: [] });
    expect(stored()).to.deep.equal({ name: 'Kettle', priceCents: 3000, inStock: 60 });
  });

  it('rejects what has not, and leaves the disk as it was', () => {
    const { store, read, stored } = open('reject');
    store.write('42', cheaper(read, 'pricing', 3000));
    const outcome = store.write('42', more(read, 'stock', 60));
    expect(outcome).to.deep.equal({ did: 'rejected', unseen: ['pricing*1'], product: { ...KETTLE, priceCents: 3000 } });
    expect(stored()).to.deep.equal({ ...KETTLE, priceCents: 3000 });
  });

  it('merges what touches other fields', () => {
    const { store, read, stored } = open('merge');
    store.write('42', cheaper(read, 'pricing', 3000));
    const outcome = store.write('42', more(read, 'stock', 60));
    expect(outcome).to.deep.include({ did: 'merged', unseen: ['pricing*1'] });
    expect(stored()).to.deep.equal({ name: 'Kettle', priceCents: 3000, inStock: 60 });
    // Whoever had read before either of them has seen none of it.
    expect(store.write('42', cheaper(read, 'campaign', 2500)).did).to.equal('rejected');
    expect(store.write('42', cheaper(store.read('42', KETTLE), 'campaign', 2500)).did).to.equal('written');
  });

  it('rejects what touches the same field, also when it merges', () => {
    const { store, read, stored } = open('merge');
    store.write('42', cheaper(read, 'pricing', 3000));
    expect(store.write('42', cheaper(read, 'campaign', 2500)).did).to.equal('rejected');
    expect(stored().priceCents).to.equal(3000);
  });
});
