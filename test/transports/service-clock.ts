/** The clock of this process, which its registration made and its actions may ask for. */
import type { CausalClock } from 'otel-causality';

let made: CausalClock | undefined;

export function useClock(clock: CausalClock): void {
  made = clock;
}

/** As an option: absent where the service takes no part, for then nothing asks for it. */
export function clockOption(): { readonly clock?: CausalClock } {
  return made === undefined ? {} : { clock: made };
}
