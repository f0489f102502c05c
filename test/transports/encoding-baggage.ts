/**
 * W3C baggage as OpenTelemetry for Python and .NET write it: they percent-encode everything in a value but letters,
 * digits and `-_.~`, where OpenTelemetry for JavaScript leaves `!*'()` as they are. All of them decode what they read.
 */
import type { Context, TextMapSetter } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';

export class EncodingBaggagePropagator extends W3CBaggagePropagator {
  override inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    super.inject(context, carrier, {
      set: (target, key, value) => setter.set(target, key, value.replaceAll(/[!*'()]/g, percentEncoded)),
    });
  }
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
