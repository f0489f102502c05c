/**
 * Sets this process's wall clock apart, as a host with a bad clock would have it. Loaded first of all, so that whoever
 * asks for the time gets the wrong one: OpenTelemetry, the library, the service. `DEMO_CLOCK_OFFSET_MS` says by how much.
 */
const offsetMs = Number(process.env['DEMO_CLOCK_OFFSET_MS'] ?? 0);

if (offsetMs !== 0) {
  const TrueDate = globalThis.Date;
  const now = (): number => TrueDate.now() + offsetMs;
  // A proxy and not a subclass: dates stay instances of the one Date, and parsing a text is left as it was.
  globalThis.Date = new Proxy(TrueDate, {
    get: (target, key, receiver): unknown => (key === 'now' ? now : Reflect.get(target, key, receiver)),
    construct: (target, args: unknown[], newTarget): Date =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new TrueDate(now()).toString(),
  });
}
