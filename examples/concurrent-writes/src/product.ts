/** A product, and how two versions of it that come from one are joined. */
export interface Product {
  readonly name: string;
  readonly priceCents: number;
  readonly inStock: number;
}

/** What somebody has changed, by field; null where both changed one field, each to something else. */
export type Joined = Product | null;

/** Three-way join: what only one of two has changed since they read the base is taken from that one. */
export function joinProducts(base: Product, ours: Product, theirs: Product): Joined {
  const pick = <K extends keyof Product>(field: K): Product[K] | undefined => {
    if (ours[field] === base[field] || ours[field] === theirs[field]) return theirs[field];
    return theirs[field] === base[field] ? ours[field] : undefined;
  };
  const [name, priceCents, inStock] = [pick('name'), pick('priceCents'), pick('inStock')];
  if (name === undefined || priceCents === undefined || inStock === undefined) return null;
  return { name, priceCents, inStock };
}
