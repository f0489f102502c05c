/** Counts how often an action looks at single characters: work that can be counted need not be timed. */
export function countLooks(action: () => unknown): number {
  const original = Object.getOwnPropertyDescriptor(String.prototype, 'charCodeAt') as PropertyDescriptor;
  const charCodeAt = original.value as (at: number) => number;
  let looks = 0;
  // The scanner's only way to a character, watched for the length of one action.
  Object.defineProperty(String.prototype, 'charCodeAt', {
    ...original,
    value(this: string, at: number): number {
      looks++;
      return charCodeAt.call(this, at);
    },
  });
  try {
    action();
  } finally {
    Object.defineProperty(String.prototype, 'charCodeAt', original);
  }
  return looks;
}
