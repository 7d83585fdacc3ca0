import { type Architecture, type Block, inferShapes, pooled } from '@ddnn/model';
import type { DataFacts } from './data-facts.js';

/** Longest side that a device section takes: a larger picture is made smaller. */
const LARGEST_SIDE = 64;
/** Bytes of a device section, its exit included. */
const SECTION_BYTES = 2000;
/** Features are at most this share of the raw pixels. */
const PIXEL_SHARE = 1 / 3;
/** How far device sections go: few classes are told apart by a small map, more of them by a wider one. */
const SMALL_MAP = { cells: 64, bytes: 32, leastUp: 0.2 } as const;
const WIDE_MAP = { cells: 256, bytes: 160, leastUp: 0.08 } as const;
const FEW_CLASSES = 4;
/** From so many samples on a cloud section with a layer of its own learns more than it learns by heart. */
const MANY_SAMPLES = 5000;

/**
 * The architecture that measured best on data of this kind (docs/training.md, "Recommended"), chosen by cross-validation over objects
 * where objects are few, and by nothing else than these facts.
 *
 * - Devices: ConvP blocks until the map is small enough, then as many filters as bytes of features and of the section allow.
 * - Local exit: average, which lost cameras hardly move.
 * - Cloud: float. Straight on the features where samples are few, behind a layer where they are many.
 * - Training: views dropped; where samples are few they are mixed, and all rows trained on once the held-out ones have chosen the
 *   thresholds.
 */
export function recommendArchitecture(facts: DataFacts): Architecture {
  const { picture, views, classes, samples } = facts;
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(picture.height, picture.width));
  const side = (pixels: number) => Math.max(1, Math.round(pixels * shrink));
  const input = { height: side(picture.height), width: side(picture.width), channels: picture.channels };
  const many = samples >= MANY_SAMPLES;
  const recommended = (filters: number): Architecture => ({
    name: 'recommended',
    input,
    device: { section: deviceSection(input, mapFor(classes).cells, filters) },
    local: { aggregator: 'average', confidence: 'margin' },
    cloud: { aggregator: 'concat', arithmetic: 'float', section: many ? [{ fc: { units: 256 } }] : [] },
    training: many
      ? { viewDropout: 0.25, epochs: 14, batch: 128, rate: 0.002 }
      : { viewDropout: 0.25, mixup: 0.5, slack: 0.01, leastUp: mapFor(classes).leastUp, refit: true, epochs: 40 },
  });
  const fits = (filters: number) => {
    const { device, pixelBytes } = inferShapes({ ...recommended(filters), views, classes: [...classes] });
    const most = Math.min(mapFor(classes).bytes, pixelBytes * PIXEL_SHARE);
    return device.featureBytes <= most && device.memoryBytes <= SECTION_BYTES;
  };
  let filters = 1;
  while (fits(filters + 1)) filters++;
  return recommended(filters);
}

function mapFor(classes: readonly string[]): typeof SMALL_MAP | typeof WIDE_MAP {
  return classes.length <= FEW_CLASSES ? SMALL_MAP : WIDE_MAP;
}

/** ConvP blocks down to so many cells; those before the last have twice its filters, for they cost no bytes on the wire. */
function deviceSection(input: Architecture['input'], cells: number, filters: number): Block[] {
  const section: Block[] = [{ convp: { filters } }];
  let [height, width] = [pooled(input.height), pooled(input.width)];
  while (height * width > cells) {
    section.unshift({ convp: { filters: 2 * filters } });
    [height, width] = [pooled(height), pooled(width)];
  }
  return section;
}
