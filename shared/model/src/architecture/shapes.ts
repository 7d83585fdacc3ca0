import { ModelError } from '../errors.js';
import { bitBytes } from '../numbers/bits.js';
import type { AggregatorName, Arithmetic, Block, ResolvedArchitecture } from './architecture.js';
import { edgeGroups } from './resolve.js';

/** Size of a map: height x width x channels, stored row by row with the channels of a pixel side by side (HWC). */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Number of values in a map. */
export function volume({ height, width, channels }: Shape): number {
  return height * width * channels;
}

/** Shape after one block. Pooling 3x3, stride 2, padding 1 halves a side, rounding up. */
export function blockShape(input: Shape, block: Block): Shape {
  if ('fc' in block) return { height: 1, width: 1, channels: block.fc.units };
  return { height: pooled(input.height), width: pooled(input.width), channels: block.convp.filters };
}

/** Side of a map after max pooling 3x3, stride 2, padding 1. */
export function pooled(side: number): number {
  return Math.floor((side - 1) / 2) + 1;
}

/** Shape after a whole section. */
export function sectionShape(input: Shape, section: readonly Block[]): Shape {
  return section.reduce(blockShape, input);
}

/** What `make` makes of each block of a section and the shape that enters it. */
export function eachBlock<T>(
  input: Shape,
  section: readonly Block[],
  make: (block: Block, input: Shape, i: number) => T,
): T[] {
  let shape = input;
  return section.map((block, i) => {
    const before = shape;
    shape = blockShape(shape, block);
    return make(block, before, i);
  });
}

/** Shape of `count` maps joined by an aggregator. */
export function joinedShape(shape: Shape, count: number, aggregator: AggregatorName): Shape {
  return aggregator === 'concat' ? { ...shape, channels: shape.channels * count } : shape;
}

/** Input and output of one tier's section, and what it costs. */
export interface TierShapes {
  readonly input: Shape;
  readonly output: Shape;
  /** Bytes of one output on the wire: packed bits, or pixels if the section is empty. */
  readonly featureBytes: number;
  /**
   * Bytes in memory. Binary: packed weights; thresholds and directions (5 for each filter, and as many for each number
   * of sources that the first block of an averaging tier may see); weights of the exit and its batch norm (8 for each
   * class). Float: 4 for each weight, 8 for each filter. Learned stand-ins: the features of each source once more.
   */
  readonly memoryBytes: number;
}

/** Everything that shape inference finds. */
export interface NetworkShapes {
  readonly device: TierShapes;
  /** One entry an edge; empty where the architecture has no edge section. */
  readonly edges: readonly TierShapes[];
  readonly cloud: TierShapes;
  /** Bytes of one view's scores: one a class, none without a local exit. */
  readonly scoreBytes: number;
  readonly pixelBytes: number;
}

/**
 * Infers every shape. Throws `DDNN_ARCHITECTURE_SHAPE` where a ConvP block follows an FC block of its section or an
 * edge section is empty.
 */
export function inferShapes(architecture: ResolvedArchitecture): NetworkShapes {
  const { name, input, device, local, edge, cloud, classes } = architecture;
  const wrong = (why: string) => new ModelError('DDNN_ARCHITECTURE_SHAPE', `${name}: ${why}`);
  for (const [tier, section] of Object.entries({
    device: device.section,
    edge: edge?.section ?? [],
    cloud: cloud.section,
  })) {
    const at = section.findIndex((block, i) => 'convp' in block && i > 0 && 'fc' in section[i - 1]);
    if (at >= 0) {
      throw wrong(`${tier}.section.${at}: convp can't follow fc`);
    }
  }
  const classCount = classes.length;
  const groups = edgeGroups(architecture);
  if (edge && edge.section.length === 0) {
    throw wrong('edge.section is empty: leave the edge out instead');
  }
  const deviceTier = tier(input, device.section, local ? classCount : 0, 1);
  const edges = edge ? groups.map((group) => joinedTier(deviceTier.output, group.length, edge, classCount)) : [];
  // The output of a block depends on height, width and its own filters, never on the number of joined views: so all
  // edges are alike.
  const below = edges[0] ?? deviceTier;
  const sources = edges.length || architecture.views;
  return {
    device: device.section.length > 0 ? deviceTier : { ...deviceTier, featureBytes: volume(input) },
    edges,
    cloud: joinedTier(below.output, sources, cloud, classCount),
    scoreBytes: local ? classCount : 0,
    pixelBytes: volume(input),
  };
}

function joinedTier(
  below: Shape,
  sources: number,
  { aggregator, section, arithmetic, missing }: ResolvedArchitecture['cloud'],
  classCount: number,
): TierShapes {
  const divisors = aggregator === 'average' ? sources : 1;
  const input = joinedShape(below, sources, aggregator);
  const shapes = tier(input, section, classCount, divisors, arithmetic);
  const standInBytes = missing === 'learned' ? sources * bitBytes(volume(below)) : 0;
  return { ...shapes, memoryBytes: shapes.memoryBytes + standInBytes };
}

function tier(
  input: Shape,
  section: readonly Block[],
  classCount: number,
  divisors: number,
  arithmetic: Arithmetic = 'binary',
): TierShapes {
  const weightBytes = (count: number) => (arithmetic === 'float' ? 4 * count : bitBytes(count));
  // Binary: batch normalisation is folded for each divisor. Float: it is stored as scale and offset.
  const normBytes = (i: number) => (arithmetic === 'float' ? 8 : 5 * (i === 0 ? divisors : 1));
  let shape = input;
  let memoryBytes = 0;
  for (const [i, block] of section.entries()) {
    const next = blockShape(shape, block);
    const weights = 'fc' in block ? volume(shape) * next.channels : 9 * shape.channels * next.channels;
    memoryBytes += weightBytes(weights) + normBytes(i) * next.channels;
    shape = next;
  }
  if (classCount > 0) memoryBytes += weightBytes(volume(shape) * classCount) + 8 * classCount;
  return { input, output: shape, featureBytes: bitBytes(volume(shape)), memoryBytes };
}

/** Sizes of the bodies that a bundle's edges send up: of one view's features, and of an edge section's. */
export function uplinkSizes({
  architecture,
  shapes,
}: {
  readonly architecture: Pick<ResolvedArchitecture, 'views'>;
  readonly shapes: Pick<NetworkShapes, 'device' | 'edges'>;
}) {
  return {
    views: architecture.views,
    viewFeatureBytes: shapes.device.featureBytes,
    edgeFeatureBytes: shapes.edges[0]?.featureBytes ?? 0,
  };
}
