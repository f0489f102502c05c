/**
 * Products on disk, each a causal register: what a writer has not seen is never overwritten in silence.
 *
 * Guarantee: whether a write conflicts is decided before anything is stored, and nothing happens in between. When
 * `write` returns, its outcome is on the disk.
 */
import * as fs from 'node:fs';
import {
  CausalRegister,
  fileStorage,
  StateSlots,
  type SyncStateStorage,
  type VectorTimestamp,
} from 'otel-causality/delivery';
import { joinProducts, type Product } from './product.js';

/** What is done with a write whose writer has not seen the present product. */
export type Policy = 'merge' | 'reject';

export interface Reading {
  readonly product: Product;
  readonly context: VectorTimestamp;
}

/** A write as its writer means it: from `base`, which it read with `context`, to `next`. */
export interface Write {
  readonly writer: string;
  readonly context: VectorTimestamp;
  readonly base: Product;
  readonly next: Product;
}

export interface Outcome {
  readonly did: 'written' | 'merged' | 'rejected';
  /** The writes that the writer had not seen, `who*number`: why there was something to decide. */
  readonly unseen: readonly string[];
  /** What is on the disk now. */
  readonly product: Product;
}

export class ProductStore {
  private readonly storage: SyncStateStorage;

  constructor(
    folder: string,
    private readonly policy: Policy,
  ) {
    this.storage = fileStorage(fs, folder);
  }

  /** The product, made with its first version where there is none. */
  read(id: string, first: Product): Reading {
    let register = this.load(id);
    if (register.context.size === 0) {
      register = register.write(first, { node: 'catalog' });
      this.store(id, register);
    }
    return { product: present(register), context: register.context };
  }

  write(id: string, { writer, context, base, next }: Write): Outcome {
    const register = this.load(id);
    if (!register.wouldConflict(context)) {
      this.store(id, register.write(next, { node: writer, context }));
      return { did: 'written', unseen: [], product: next };
    }
    const unseen = register.unseen(context).map(({ node, tick }) => `${node}*${tick}`);
    const theirs = present(register);
    const joined = this.policy === 'merge' ? joinProducts(base, next, theirs) : null;
    if (joined === null) return { did: 'rejected', unseen, product: theirs };
    // The merged product has seen both sides, so it replaces them.
    this.store(id, register.write(joined, { node: writer, context: register.context }));
    return { did: 'merged', unseen, product: joined };
  }

  private load(id: string): CausalRegister<Product> {
    const { value } = this.slots(id).read();
    return value === undefined ? CausalRegister.empty<Product>() : CausalRegister.fromJSON<Product>(value);
  }

  private store(id: string, register: CausalRegister<Product>): void {
    this.slots(id).write(register.toJSON());
  }

  private slots(id: string): StateSlots<SyncStateStorage> {
    return new StateSlots(this.storage, `product-${id}`);
  }
}

/** Conflicts are settled before they are stored, so there is one value. */
function present(register: CausalRegister<Product>): Product {
  const [product, ...others] = register.read().values;
  if (product === undefined || others.length > 0) throw new Error(`${others.length + 1} values of one product`);
  return product;
}
