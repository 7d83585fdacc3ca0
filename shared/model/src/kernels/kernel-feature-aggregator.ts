import { type JoinPlace, sourceMap } from '../aggregate/feature-aggregator.js';
import { volume } from '../architecture/shapes.js';
import { bitBytes } from '../numbers/bits.js';
import type { KernelMemory } from './kernel-memory.js';

/** What `assembly/join.ts` does with values that are already there. */
const PLACE = 0;
const ADD = 1;
const MAX = 2;

/** The maps of a section's sources joined in its memory: what {@link FeatureAggregator} does, to the same integers. */
export class KernelFeatureAggregator {
  /** Address of the joined map, integers of 32 bits. */
  readonly at: number;
  /** How many sources an averaged map stands for, else 1. */
  divisor = 1;
  readonly #place: JoinPlace;
  readonly #memory: KernelMemory;
  readonly #values: number;
  readonly #bytes: number;
  readonly #source: number;
  readonly #standIns: readonly number[] | undefined;
  #inbox: Uint8Array | undefined;

  constructor(memory: KernelMemory, place: JoinPlace) {
    const { name, sources, shape, kind, standIns } = place;
    this.#place = place;
    this.#memory = memory;
    this.#values = volume(shape);
    this.#bytes = kind === 'bits' ? bitBytes(this.#values) : this.#values;
    this.at = memory.room(4 * this.#values * (name === 'concat' ? sources : 1) + 64);
    this.#source = memory.room(this.#bytes);
    this.#standIns = standIns?.map((bits) => memory.place(bits));
  }

  /** As {@link FeatureAggregator.join}. */
  join(maps: readonly (Uint8Array | null | undefined)[], mask: number): void {
    const { name, sources } = this.#place;
    const { clear } = this.#memory.kernels;
    // Taken at the first join: by then the memory has grown to what it stays.
    this.#inbox ??= this.#memory.bytes(this.#source, this.#bytes);
    clear(this.at, 4 * this.#values * (name === 'concat' ? sources : 1));
    let joined = 0;
    for (let source = 0; source < sources; source++) {
      if (((mask >>> source) & 1) === 1) {
        this.#inbox.set(sourceMap(maps, source, this.#bytes));
        this.#add(source, this.#source, joined);
      } else if (this.#standIns) this.#add(source, this.#standIns[source], joined);
      else continue;
      joined++;
    }
    this.divisor = name === 'average' ? Math.max(1, joined) : 1;
  }

  #add(source: number, from: number, joined: number): void {
    const { name, sources, shape, kind } = this.#place;
    const { joinBits, joinBytes } = this.#memory.kernels;
    const kernel = kind === 'bits' ? joinBits : joinBytes;
    if (name === 'concat') {
      const { height, width, channels } = shape;
      const to = this.at + 4 * source * channels;
      kernel(from, height * width, channels, to, 4 * sources * channels, PLACE);
    } else {
      const how = joined === 0 ? PLACE : name === 'average' ? ADD : MAX;
      kernel(from, 1, this.#values, this.at, 0, how);
    }
  }
}
