import { describe, expect, it } from 'vitest';
import { openBundle } from '../bundle/bundle.js';
import { randomBundle } from '../testing/random-bundle.js';
import type { ResolvedArchitecture } from './architecture.js';
import { blockShape, inferShapes, joinedShape, pooled, sectionShape, volume } from './shapes.js';

/** The network that the paper measured, with f filters a device. */
const paper = (filters: number): ResolvedArchitecture => ({
  name: 'paper',
  input: { height: 32, width: 32, channels: 3 },
  views: 6,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ convp: { filters: 16 } }, { convp: { filters: 16 } }] },
});

describe('a shape', () => {
  it('halves a side by pooling, rounding up', () => {
    expect([1, 2, 3, 4, 5, 31, 32, 33, 224].map(pooled)).toEqual([1, 1, 2, 2, 3, 16, 16, 17, 112]);
  });

  it('goes through the blocks of a section', () => {
    const input = { height: 33, width: 7, channels: 3 };
    expect(volume(input)).toBe(693);
    expect(blockShape(input, { convp: { filters: 9 } })).toEqual({ height: 17, width: 4, channels: 9 });
    expect(sectionShape(input, [{ convp: { filters: 9 } }, { fc: { units: 12 } }])).toEqual({
      height: 1,
      width: 1,
      channels: 12,
    });
    expect(sectionShape(input, [])).toEqual(input);
  });

  it('widens by concat alone', () => {
    const shape = { height: 2, width: 3, channels: 4 };
    expect(joinedShape(shape, 5, 'concat')).toEqual({ ...shape, channels: 20 });
    expect(joinedShape(shape, 5, 'max')).toEqual(shape);
    expect(joinedShape(shape, 5, 'average')).toEqual(shape);
  });
});

describe("the paper's network", () => {
  // Bytes of a device's parameters: DDNN, figure 9.
  it.each([
    [1, 179],
    [2, 299],
    [4, 538],
    [8, 1015],
    [16, 1970],
  ])(
    'with %i filters sends f * 256 / 8 bytes of features and takes no more than the paper’s %i bytes of memory',
    (filters, bytes) => {
      const { device, scoreBytes, pixelBytes } = inferShapes(paper(filters));
      expect(device.output).toEqual({ height: 16, width: 16, channels: filters });
      expect(device.featureBytes).toBe((filters * 256) / 8);
      expect(device.memoryBytes).toBeLessThanOrEqual(bytes);
      expect([scoreBytes, pixelBytes]).toEqual([3, 3072]);
    },
  );

  it('has the cloud work on every view side by side', () => {
    const { cloud, edges } = inferShapes(paper(4));
    expect(cloud.input).toEqual({ height: 16, width: 16, channels: 24 });
    expect(cloud.output).toEqual({ height: 4, width: 4, channels: 16 });
    expect(edges).toEqual([]);
  });
});

describe('inferred shapes', () => {
  const edged: ResolvedArchitecture = {
    ...paper(4),
    edge: {
      aggregator: 'concat',
      section: [{ convp: { filters: 5 } }],
      groups: [
        [0, 1, 2, 3],
        [4, 5],
      ],
    },
    cloud: { aggregator: 'average', section: [{ fc: { units: 9 } }] },
  };

  it('go from device to edge to cloud', () => {
    const { edges, cloud } = inferShapes(edged);
    expect(edges.map(({ input }) => input.channels)).toEqual([16, 8]);
    expect(edges.map(({ output }) => output)).toEqual(new Array(2).fill({ height: 8, width: 8, channels: 5 }));
    expect(edges.map(({ featureBytes }) => featureBytes)).toEqual([40, 40]);
    expect(cloud.input).toEqual({ height: 8, width: 8, channels: 5 });
    expect(cloud.output).toEqual({ height: 1, width: 1, channels: 9 });
  });

  it('have the same bytes on the wire for a float edge, and more in memory', () => {
    const [binary] = inferShapes(edged).edges;
    const [float] = inferShapes({ ...edged, edge: { ...edged.edge!, arithmetic: 'float' } }).edges;
    expect({ ...float, memoryBytes: 0 }).toEqual({ ...binary, memoryBytes: 0 });
    // Weights and norms of 5 filters on 16 channels, and of 3 classes on 8x8x5 values.
    expect(float.memoryBytes).toBe(4 * 9 * 16 * 5 + 8 * 5 + 4 * 320 * 3 + 8 * 3);
  });

  it('count pixels as bytes and no scores where the device section is empty', () => {
    const { device, scoreBytes, cloud } = inferShapes({ ...paper(4), device: { section: [] }, local: undefined });
    expect(device).toEqual({ input: paper(4).input, output: paper(4).input, featureBytes: 3072, memoryBytes: 0 });
    expect(scoreBytes).toBe(0);
    expect(cloud.input.channels).toBe(18);
  });

  it.each([
    paper(1),
    paper(3),
    edged,
    { ...paper(4), cloud: { ...paper(4).cloud, aggregator: 'average' as const } },
    { ...paper(4), cloud: { ...paper(4).cloud, aggregator: 'average' as const, arithmetic: 'float' as const } },
    { ...edged, edge: { ...edged.edge!, arithmetic: 'float' as const, missing: 'learned' as const } },
    { ...paper(3), cloud: { ...paper(3).cloud, missing: 'learned' as const } },
  ])('tell the bytes that the tensors of a bundle take', (architecture) => {
    const { shapes, tensors } = openBundle(randomBundle(architecture, 1));
    const bytesOf = (prefix: string) =>
      [...tensors].reduce((sum, [name, { byteLength }]) => sum + (name.startsWith(prefix) ? byteLength : 0), 0);
    expect(shapes.device.memoryBytes).toBe(bytesOf('device.0.'));
    for (const [e, { memoryBytes }] of shapes.edges.entries()) expect(memoryBytes).toBe(bytesOf(`edge.${e}.`));
    expect(shapes.cloud.memoryBytes).toBe(bytesOf('cloud.'));
  });

  it.each([
    ['device', { ...paper(4), device: { section: [{ fc: { units: 3 } }, { convp: { filters: 2 } }] } }, 1],
    [
      'edge',
      {
        ...edged,
        edge: { ...edged.edge!, section: [{ convp: { filters: 2 } }, { fc: { units: 3 } }, { convp: { filters: 2 } }] },
      },
      2,
    ],
    ['cloud', { ...edged, cloud: { ...edged.cloud, section: [{ fc: { units: 3 } }, { convp: { filters: 2 } }] } }, 1],
  ])('are refused for convp behind fc in the %s section', (tier, architecture, at) => {
    const message = `paper: ${tier}.section.${at}: convp can't follow fc`;
    const expected = expect.objectContaining({ code: 'DDNN_ARCHITECTURE_SHAPE', message });
    expect(() => inferShapes(architecture)).toThrow(expected);
  });

  it('are refused for an edge with an empty section, whatever its groups', () => {
    const message = 'paper: edge.section is empty: leave the edge out instead';
    const expected = expect.objectContaining({ code: 'DDNN_ARCHITECTURE_SHAPE', message });
    expect(() => inferShapes({ ...edged, edge: { ...edged.edge!, section: [] } })).toThrow(expected);
  });
});
