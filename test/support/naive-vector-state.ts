/** A bounded vector as a list of records, searched from end to end: what VectorState promises, without its tricks. */
interface Entry {
  readonly node: string;
  counter: number;
  /** The hearing that last brought news of it. */
  heardAt: number;
}

export class NaiveVectorState {
  entries: Entry[] = [];
  private hearings = 0;

  constructor(
    private readonly own: string,
    private readonly maxEntries: number,
  ) {}

  tick(counter: number): number {
    const entry = this.find(this.own);
    if (entry === undefined) this.entries.push({ node: this.own, counter, heardAt: 0 });
    else entry.counter = counter;
    return this.trim();
  }

  hear(heard: ReadonlyMap<string, number>, ownLimit: number): { dropped: number; ownRefused: boolean } {
    const ownHeard = heard.get(this.own) ?? 0;
    const ownRefused = ownHeard > ownLimit;
    let dropped = 0;
    if (!ownRefused && ownHeard > (this.find(this.own)?.counter ?? 0)) dropped += this.tick(ownHeard);
    const news = [...heard].filter(([node, counter]) => {
      return node !== this.own && counter > (this.find(node)?.counter ?? 0);
    });
    if (news.length > 0) this.hearings++;
    for (const [node, counter] of news) {
      this.entries = this.entries.filter((entry) => entry.node !== node);
      this.entries.push({ node, counter, heardAt: this.hearings });
    }
    return { dropped: dropped + this.trim(), ownRefused };
  }

  toString(): string {
    return this.sorted()
      .map(({ node, counter }) => `${node}=${counter}`)
      .join(',');
  }

  private trim(): number {
    let dropped = 0;
    while (this.entries.length > this.maxEntries) {
      const others = this.sorted().filter(({ node }) => node !== this.own);
      const oldest = Math.min(...others.map(({ heardAt }) => heardAt));
      const victim = others.find(({ heardAt }) => heardAt === oldest);
      this.entries = this.entries.filter((entry) => entry !== victim);
      dropped++;
    }
    return dropped;
  }

  private sorted(): Entry[] {
    return this.entries.toSorted((a, b) => (a.node < b.node ? -1 : 1));
  }

  private find(node: string): Entry | undefined {
    return this.entries.find((entry) => entry.node === node);
  }
}
