/** The environment variables that stand in for the propagator's options. */
import type { Attributes } from '@opentelemetry/api';
import type { Environment } from '../clocks/environment.js';
import { EnvironmentValues } from './environment-values.js';
import { targetsOf } from './targets.js';

interface PropagatorEnvironment {
  readonly carrier: 'baggage' | 'header' | undefined;
  readonly propagateTo: ((spanAttributes: Attributes) => boolean) | undefined;
  /** A sentence for each value that was refused. */
  readonly problems: readonly string[];
}

export function propagatorEnvironment(environment: Environment): PropagatorEnvironment {
  const variables = new EnvironmentValues(environment);
  return {
    carrier: variables.choice('OTEL_CAUSALITY_CARRIER', ['baggage', 'header'], "using 'baggage'"),
    propagateTo: targetsOf(variables),
    problems: variables.problems,
  };
}
