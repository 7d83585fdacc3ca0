import type { AggregatorName } from '../architecture/architecture.js';
import { type Shape, volume } from '../architecture/shapes.js';
import { bitBytes, unpackSigns } from '../numbers/bits.js';

/** The form of a source's map: bits of a section's output, or the pixels of an empty device section. */
export type MapKind = 'bits' | 'pixels';

/** Which maps are joined, and how. */
export interface JoinPlace {
  readonly name: AggregatorName;
  readonly sources: number;
  /** Of each source's map. */
  readonly shape: Shape;
  readonly kind: MapKind;
  /** For *concat*: the bits of each source when it is not present; left out: zeros. */
  readonly standIns?: readonly Uint8Array[] | undefined;
}

/** The map of a present source. Throws where it is missing or of another size. */
export function sourceMap(
  maps: readonly (Uint8Array | null | undefined)[],
  source: number,
  length: number,
): Uint8Array {
  const bytes = maps[source];
  if (!bytes) throw new Error(`source ${source} is present, but its features are not there`);
  if (bytes.length !== length) {
    throw new Error(`source ${source} has features of ${bytes.length} bytes, expected ${length}`);
  }
  return bytes;
}

/**
 * Joins the maps of the present sources (views, or edges) into the input of the next section. *max*: the largest of the
 * present values. *average*: their sum; the section applies the divisor. *concat*: side by side along the channels.
 * There a source that is not present leaves zeros (0 is neither -1 nor +1, so it does not vote), or has a learned
 * stand-in: always the same map, so it only tells the section that the source is missing.
 */
export class FeatureAggregator {
  /** The joined map, HWC. */
  readonly out: Int32Array;
  /** How many sources an averaged map is the sum of, else 1. */
  divisor = 1;
  readonly #place: JoinPlace;
  readonly #map: Int32Array;
  readonly #bytes: number;

  constructor(place: JoinPlace) {
    const values = volume(place.shape);
    this.#place = place;
    this.#map = new Int32Array(values);
    this.#bytes = place.kind === 'bits' ? bitBytes(values) : values;
    this.out = new Int32Array(values * (place.name === 'concat' ? place.sources : 1));
  }

  /** `maps[s]` is read where bit s of `mask` is set. Throws where such a map is missing or of another size. */
  join(maps: readonly (Uint8Array | null | undefined)[], mask: number): void {
    const { name, sources, kind, standIns } = this.#place;
    this.out.fill(0);
    let joined = 0;
    for (let source = 0; source < sources; source++) {
      const present = ((mask >>> source) & 1) === 1;
      if (!present && !standIns) continue;
      const bytes = present ? sourceMap(maps, source, this.#bytes) : standIns![source];
      if (kind === 'bits') unpackSigns(bytes, this.#map);
      else this.#map.set(bytes);
      if (name === 'concat') this.#concat(source);
      else if (name === 'average') this.#add();
      else this.#max(joined === 0);
      joined++;
    }
    this.divisor = name === 'average' ? Math.max(1, joined) : 1;
  }

  #concat(source: number): void {
    const { channels } = this.#place.shape;
    const stride = channels * this.#place.sources;
    for (let pixel = 0, from = 0; from < this.#map.length; pixel++) {
      const to = pixel * stride + source * channels;
      for (let c = 0; c < channels; c++) this.out[to + c] = this.#map[from++];
    }
  }

  #add(): void {
    for (let i = 0; i < this.out.length; i++) this.out[i] += this.#map[i];
  }

  #max(first: boolean): void {
    for (let i = 0; i < this.out.length; i++) if (first || this.#map[i] > this.out[i]) this.out[i] = this.#map[i];
  }
}
