/** The base addresses that the page talks to, each of another origin. */
export interface Addresses {
  readonly stock: string;
  readonly orders: string;
  readonly collector: string;
}
