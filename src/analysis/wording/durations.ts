/** Nanoseconds as people say them. */

const UNITS: readonly (readonly [nanos: number, name: string])[] = [
  [86_400e9, 'd'],
  [3_600e9, 'h'],
  [60e9, 'min'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

/** `80 ms`, `1.25 s`, `350 ns`: three digits, in the unit that needs the fewest. */
export function durationText(nanos: number): string {
  const size = Math.abs(nanos);
  const unit = UNITS.find(([least]) => size >= least * 0.9995);
  if (unit === undefined) return `${Math.round(nanos)} ns`;
  const amount = nanos / unit[0];
  const digits = Math.abs(amount) >= 99.95 ? 0 : Math.abs(amount) >= 9.995 ? 1 : 2;
  // As a number again it has no zeros at its end.
  return `${Number(amount.toFixed(digits))} ${unit[1]}`;
}

/** `1 span`, `2 spans`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
