/**
 * What befell the fleet while a program ran, so that a campaign can show that its programs are not harmless.
 *
 * Guarantee: a happening is noted where it took effect, not where a program asked for it: a command that found nothing
 * to do notes nothing.
 */

/**
 * Everything that the programs must bring about, and in how many of ten thousand they do: four fifths of what was seen,
 * and no less than what would be missed.
 */
export const HAPPENINGS = {
  'a request was lost': 510,
  'a request came twice': 510,
  'a request overtook an earlier one': 1720,
  'a reply was lost': 440,
  'a reply came twice': 104,
  'a reply overtook an earlier one': 970,
  'a process restarted in the middle of a trace': 420,
  'a trace was dropped': 900,
  'a dropped trace came back': 710,
  'a trace was woken': 2300,
  'a span ended long after its domain was dropped': 420,
  'entries were dropped by a limit': 380,
  'a link was added late': 870,
  'a clock jumped back by an hour': 580,
  'a clock jumped ahead by an hour': 570,
  'a clock stood still': 780,
  'a clock drifted': 1360,
  'a hybrid time was refused': 1980,
  'headers were used again': 1110,
  'a request was sent again with the same headers': 490,
  'a request had the stamp of another trace': 166,
  'a proxy forwarded a request': 520,
  'a stamp was damaged on its way': 610,
  'a forged entry was refused': 178,
  'a message came while tracing was suppressed': 320,
  'tracing was suppressed': 950,
  'a reply had the stamp of another one': 127,
  'a reply carried the stamp of an inner reply': 80,
  'a cache answered a request': 200,
  'the stamp of a reply was damaged': 260,
  'a message came without a propagator': 136,
  'a message left without a processor': 130,
  'a dropped trace was forgotten': 200,
  'a forgotten trace came back with what we had done in it': 26,
  'a message of a request stream came': 168,
  'the head of a stream came': 210,
  'a message of a reply stream came': 380,
  'a reply passed every hook by': 380,
  'a proxy was believed to forward only': 26,
  'a service was believed to forward only': 72,
  'a reply was given up for room': 330,
  'a reply came that had been given up': 170,
  'two clocks of a process met': 130,
  'the SDK dropped a link': 44,
  'a call was announced': 290,
  'a call was not announced': 62,
  'a log was written outside of any trace': 990,
  'the whole trace showed that nothing was hidden': 26,
  'the graph found an order that stamps do not tell': 1130,
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
