import { type Architecture, type Block, inferShapes } from '@ddnn/model';
import type { DataFacts } from './data-facts.js';


/** Longest side that a device section takes: a larger picture is made smaller. */
const LARGEST_SIDE = 64;
/** Bytes of a device section, its exit included. */
const SECTION_BYTES = 2000;
/** Cells of a map that are worth sending bit by bit. */
const MAP_CELLS = 64;
/** From so many samples on a cloud section with a layer of its own learns more than it learns by heart. */
const MANY_SAMPLES = 5000;

/**
 * The architecture that measured best on data of this kind (docs/training.md, "Recommended"), chosen by cross-validation over objects
 * and frames, never on the rows that results are told of.
 *
 * - Devices: ConvP blocks until a map has at most 64 cells, for deeper features are fewer bytes and make surer local exits; as many filters as
 *   2,000 bytes hold.
 * - Local exit: average, which lost cameras hardly move.
 * - Cloud: float. Straight on the features where samples are few, behind a layer where they are many.
 * - Training: views dropped, samples mixed, and all rows trained on once the held-out ones have chosen the thresholds.
 */
export function recommendArchitecture({ picture, views, classes, samples }: DataFacts): Architecture {
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(picture.height, picture.width));
  const input = {
    height: Math.max(1, Math.round(picture.height * shrink)),
    width: Math.max(1, Math.round(picture.width * shrink)),
    channels: picture.channels,
  };
  const many = samples >= MANY_SAMPLES;
  const base = {
    name: 'recommended',
    input,
    local: { aggregator: 'average' as const },
    cloud: {
      aggregator: 'concat' as const,
      arithmetic: 'float' as const,
      section: many ? [{ fc: { units: 256 } }] : [],
    },
    training: many
      ? { viewDropout: 0.25, epochs: 20, batch: 128, rate: 0.002 }
      : { viewDropout: 0.25, mixup: 0.5, refit: true, epochs: 60 },
  };
  const fits = (section: Block[]) => {
    const { device } = inferShapes({ ...base, device: { section }, views, classes: [...classes] });
    return device.memoryBytes <= SECTION_BYTES && device.featureBytes < device.input.height * device.input.width;
  };
  return { ...base, device: { section: largest(deviceSections(input), fits) } };
}
