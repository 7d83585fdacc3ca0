import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** An input that is kept: one of each that something else became of. */
export interface Kept {
  /** What became of it when it was kept. */
  readonly says: string;
  readonly input: unknown;
}

/** Kept inputs are small, and few enough to be read. */
const MOST_BYTES = 6_000;
const MOST_KEPT = 150;
const MOST_IN_ALL = 60_000;

const file = (name: string) => new URL(`corpus/${name}.json`, import.meta.url);

/** The inputs that are kept of one kind; bytes stand there as `{ "hex": "…" }`. */
export function readCorpus(name: string): readonly Kept[] {
  if (!existsSync(file(name))) return [];
  return JSON.parse(readFileSync(file(name), 'utf8'), (_, value) =>
    typeof value?.hex === 'string' ? new Uint8Array(Buffer.from(value.hex, 'hex')) : value,
  );
}

/** An input as it stands in a corpus. */
export function inputText(input: unknown): string {
  // A Buffer says itself what it is in JSON, before a replacer is asked: that is taken out.
  return JSON.stringify(input, function (this: Record<string, unknown>, key, value) {
    const own = this[key];
    return own instanceof Uint8Array ? { hex: Buffer.from(own).toString('hex') } : value;
  });
}

/** Keeps the smallest input of everything that was said. */
export class Keeper {
  readonly #smallest = new Map<string, string>();

  note(says: string, input: unknown): void {
    const text = inputText(input);
    const before = this.#smallest.get(says);
    if (text.length <= MOST_BYTES && !(before && before.length <= text.length)) this.#smallest.set(says, text);
  }

  /** Writes them, the smallest first where there are too many. */
  write(name: string): number {
    const all = [...this.#smallest].sort(([, one], [, two]) => one.length - two.length).slice(0, MOST_KEPT);
    let bytes = 0;
    const lines = all
      .filter(([, input]) => {
        bytes += input.length;
        return bytes <= MOST_IN_ALL;
      })
      .sort(([one], [two]) => (one < two ? -1 : 1))
      .map(([says, input]) => `  { "says": ${JSON.stringify(says)}, "input": ${input} }`);
    writeFileSync(file(name), `[\n${lines.join(',\n')}\n]\n`);
    return all.length;
  }
}
