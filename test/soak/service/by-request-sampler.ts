/** Samples what a request asks for: a hop that is not sampled stands between hops that are. */
import { type Attributes, type Context, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base';

export const UNSAMPLED_PATH = '/unsampled';

export class ByRequestSampler implements Sampler {
  shouldSample(
    context: Context,
    _traceId: string,
    _name: string,
    kind: SpanKind,
    attributes: Attributes,
  ): SamplingResult {
    const parent = trace.getSpanContext(context);
    const isLocal = parent !== undefined && parent.isRemote !== true;
    const sampled = isLocal
      ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0
      : kind !== SpanKind.SERVER || pathOf(attributes) !== UNSAMPLED_PATH;
    return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return 'ByRequestSampler';
  }
}

/** By the old name of the attribute or the new one, whichever the instrumentation writes. */
function pathOf(attributes: Attributes): unknown {
  return attributes['http.target'] ?? attributes['url.path'];
}
