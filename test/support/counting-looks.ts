import { TextCodes } from '../../src/clocks/text-codes.js';

/**
 * Counts how often an action looks at single characters: work that can be counted need not be timed. Taking a whole text in
 * counts as a look at each of its characters.
 */
export function countLooks(action: () => unknown): number {
  let looks = 0;
  // The scanners' only ways to a character, watched for the length of one action.
  const restore = [
    watch(String.prototype, 'charCodeAt', () => looks++),
    watch(TextCodes.prototype, 'at', () => looks++),
    watch(TextCodes.prototype, 'read', (text) => (looks += (text as string).length)),
  ];
  try {
    action();
  } finally {
    for (const back of restore) back();
  }
  return looks;
}

/** @returns puts back what was there */
function watch(owner: object, name: string, called: (argument: unknown) => unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  const method = original.value as (argument: unknown) => unknown;
  Object.defineProperty(owner, name, {
    ...original,
    value(this: unknown, argument: unknown): unknown {
      called(argument);
      return method.call(this, argument);
    },
  });
  return () => Object.defineProperty(owner, name, original);
}
