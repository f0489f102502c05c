/**
 * What befell the fleet while a program ran, so that a campaign can show that its programs are not harmless.
 *
 * Guarantee: a happening is noted where it took effect, not where a program asked for it: a command that found nothing
 * to do notes nothing.
 */

/** Everything that the programs must bring about, and in how many of ten thousand programs they are expected to. */
export const HAPPENINGS = {
  'a request was lost': 1,
  'a request came twice': 1,
  'a request overtook an earlier one': 1,
  'a reply was lost': 1,
  'a reply came twice': 1,
  'a reply overtook an earlier one': 1,
  'a process restarted in the middle of a trace': 1,
  'a trace was dropped': 1,
  'a dropped trace came back': 1,
  'a span ended long after its domain was dropped': 1,
  'entries were dropped by a limit': 1,
  'a link was added late': 1,
  'a clock jumped back by an hour': 1,
  'a clock jumped ahead by an hour': 1,
  'a clock stood still': 1,
  'a clock drifted': 1,
  'a hybrid time was refused': 1,
  'headers were used again': 1,
  'a request was sent again with the same headers': 1,
  'a request had the stamp of another trace': 1,
  'a proxy forwarded a request': 1,
  'a stamp was damaged on its way': 1,
  'a forged entry was refused': 1,
  'a message came while tracing was suppressed': 1,
  'tracing was suppressed': 1,
  'a reply had the stamp of another one': 1,
  'a reply carried the stamp of an inner reply': 1,
  'a cache answered a request': 1,
  'the stamp of a reply was damaged': 1,
  'a message came without a propagator': 1,
  'a message left without a processor': 1,
  'a dropped trace was forgotten': 1,
  'a forgotten trace came back with what we had done in it': 1,
  'a message of a request stream came': 1,
  'the head of a stream came': 1,
  'a message of a reply stream came': 1,
  'a reply passed every hook by': 1,
} as const satisfies Record<string, number>;

/** Standard deviations below what is expected: less than once in a million campaigns. */
const DEVIATIONS = 5;

export type Happening = keyof typeof HAPPENINGS;

/** What happened in one program, or in how many programs of a campaign. */
export class Happenings {
  private readonly noted = new Map<Happening, number>();

  /** It happened in this program; how often does not matter. */
  note(happening: Happening): void {
    this.noted.set(happening, 1);
  }

  /** Adds what happened in another program. */
  add(other: Happenings): void {
    for (const [happening, count] of other.noted) this.noted.set(happening, this.of(happening) + count);
  }

  of(happening: Happening): number {
    return this.noted.get(happening) ?? 0;
  }

  /** Those that happened so rarely in so many programs that it cannot be chance, with how often. */
  tooRare(programs: number): readonly string[] {
    return (Object.keys(HAPPENINGS) as Happening[])
      .filter((happening) => {
        const expected = (HAPPENINGS[happening] * programs) / 10_000;
        return this.of(happening) < expected - DEVIATIONS * Math.sqrt(expected);
      })
      .map((happening) => `${happening}: in ${this.of(happening)} of ${programs} programs`);
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries((Object.keys(HAPPENINGS) as Happening[]).map((one) => [one, this.of(one)]));
  }
}
