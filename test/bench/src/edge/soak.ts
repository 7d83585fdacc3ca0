import { withStages } from './measure.js';
import { Stage } from './stage.js';

/** Memory of the edge's process after so many samples, garbage collected. */
export interface MemoryPoint {
  readonly samples: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

const POINTS = 20;

/** Sends so many samples through a whole edge, and looks at its memory now and then. */
export function soak(samples: number, onPoint: (share: number) => void): Promise<MemoryPoint[]> {
  return withStages([() => Stage.open({ name: 'edge' })], async ([stage]) => {
    const points: MemoryPoint[] = [];
    let sent = 0;
    for (let point = 1; point <= POINTS; point++) {
      const { samples: more } = await stage!.run({ qos: 0, samples: Math.round((samples * point) / POINTS) - sent });
      sent += more;
      const { heapBytes, residentBytes } = await stage!.stats(true);
      points.push({ samples: sent, heapBytes, residentBytes });
      onPoint(point / POINTS);
    }
    await stage!.verify();
    return points;
  });
}
