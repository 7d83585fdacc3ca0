import { type Architecture, type Block, inferShapes, pooled, type TrainingSettings } from '@ddnn/model';
import type { DataFacts } from '../data/data-facts.js';

/** Longest side that a device section takes: a larger picture is made smaller. */
const LARGEST_SIDE = 64;
/** Bytes of a device section, its exit included. */
const SECTION_BYTES = 2000;
/** Features are at most this share of the raw pixels. */
const PIXEL_SHARE = 1 / 3;
/** ConvP blocks are added until a map has at most this many cells. */
const MAP_CELLS = 256;
const FEW_CLASSES = 4;
/** From this many samples on, a cloud section with a layer of its own is better; with fewer it learns them by heart. */
const MANY_SAMPLES = 5000;

/**
 * The architecture that measured best on data of this kind (docs/training.md, "Recommended"), chosen by
 * cross-validation over objects where objects are few, and by nothing else than these facts.
 *
 * - Devices: ConvP blocks until the map is small enough, then as many filters as bytes of features and of the section
 * allow.
 * - Local exit: average, which lost cameras hardly move.
 * - Cloud: float. ConvP blocks for few classes; for many of few samples straight on the features, for blocks would
 * learn objects by
 *   heart; for many samples behind a layer.
 * - Training: views dropped; many classes of few samples are mixed; where samples are few, all rows are trained on once
 * the held-out
 *   ones have chosen the thresholds.
 */
export function recommendArchitecture(facts: DataFacts): Architecture {
  const { picture, views, classes, samples } = facts;
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(picture.height, picture.width));
  const side = (pixels: number) => Math.max(1, Math.round(pixels * shrink));
  const input = { height: side(picture.height), width: side(picture.width), channels: picture.channels };
  const { bytes, cloud, training } = kindOf(samples, classes.length);
  const recommended = (filters: number): Architecture => ({
    name: 'recommended',
    input,
    device: { section: deviceSection(input, filters), coding: 'arithmetic' },
    local: { aggregator: 'average', scoreBits: 2, confidence: 'margin' },
    cloud: { aggregator: 'concat', arithmetic: 'float', section: cloud },
    training: { viewDropout: 0.25, ...training },
  });
  const fits = (filters: number) => {
    const { device, pixelBytes } = inferShapes({ ...recommended(filters), views, classes: [...classes] });
    const most = Math.min(bytes, pixelBytes * PIXEL_SHARE);
    return device.featureBytes <= most && device.memoryBytes <= SECTION_BYTES;
  };
  let filters = 1;
  while (fits(filters + 1)) filters++;
  return recommended(filters);
}

/** What each kind of data needs: most bytes of features, the cloud section, and how to train. */
interface Kind {
  readonly bytes: number;
  readonly cloud: Block[];
  readonly training: Omit<TrainingSettings, 'viewDropout'>;
}

function kindOf(samples: number, classes: number): Kind {
  if (samples >= MANY_SAMPLES) {
    return { bytes: 160, cloud: [{ fc: { units: 256 } }], training: { epochs: 14, batch: 128, rate: 0.002 } };
  }
  const careful = { slack: 0.01, refit: true, epochs: 40 };
  if (classes > FEW_CLASSES) return { bytes: 160, cloud: [], training: { ...careful, mixup: 0.5, leastUp: 0.08 } };
  const blocks = [{ convp: { filters: 32 } }, { convp: { filters: 64 } }];
  return { bytes: 128, cloud: blocks, training: { ...careful, leastUp: 0.08 } };
}

/**
 * ConvP blocks down to a small map. Blocks before the last have twice its filters, because they cost no bytes on the
 * wire.
 */
function deviceSection(input: Architecture['input'], filters: number): Block[] {
  const section: Block[] = [{ convp: { filters } }];
  let [height, width] = [pooled(input.height), pooled(input.width)];
  while (height * width > MAP_CELLS) {
    section.unshift({ convp: { filters: 2 * filters } });
    [height, width] = [pooled(height), pooled(width)];
  }
  return section;
}
