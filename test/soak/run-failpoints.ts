import { until } from '../faults/installation.js';
import { checkHistory, countsOf } from './check-history.js';
import { rowsOf } from './fault-rows.js';
import type { MadeFault } from './make-fault.js';
import type { SoakResult } from './run-soak.js';
import { SoakSite } from './soak-site.js';

/** Where a process is ended: `write 2` before its second write to the disk, `wrote 2` behind it, `send 2` likewise. */
export type Failpoint = `${'write' | 'wrote' | 'send'} ${number}`;

/** Every point up to a number of writes and of sends after a start; `step` leaves some out. */
export function failpoints(writes: number, sends: number, step = 1): Failpoint[] {
  const points: Failpoint[] = [];
  for (let n = 1; n <= writes; n += step) points.push(`write ${n}`, `wrote ${n}`);
  for (let n = 1; n <= sends; n += 2 * step) points.push(`send ${n}`);
  return points;
}

/** What is ended where. */
export interface FailpointOptions {
  readonly edge: readonly Failpoint[];
  readonly cloud: readonly Failpoint[];
  readonly onProgress?: (kills: number) => void;
}

/**
 * Ends an edge, and then a cloud, at one of their writes and sends after the other, while the cameras go on: each
 * process is started to die. Lets the site settle, and judges its history.
 */
export async function runFailpoints({ edge, cloud, onProgress }: FailpointOptions): Promise<SoakResult> {
  const site = new SoakSite();
  try {
    await site.start();
    const { history } = site;
    const cloudAnswers = (after: number) =>
      until('the cloud answers', () =>
        history.some((event) => event.what === 'said' && event.at > after && event.exit === 'cloud'),
      );
    await cloudAnswers(0);
    const faults: MadeFault[] = [];
    for (const [who, points] of [
      ['edge', edge],
      ['cloud', cloud],
    ] as const) {
      await (who === 'edge' ? site.killEdge() : site.killCloud());
      for (const point of points) {
        const begin = site.now();
        await site.dieAt(who, point);
        const isOver = () => true;
        faults.push({ kind: `${who} at a failpoint`, begin, end: site.now(), isOver });
        onProgress?.(site.kills);
      }
      await (who === 'edge' ? site.startEdge() : site.startCloud());
      await cloudAnswers(site.now());
    }
    await site.drain();
    await site.noteStored();
    const report = checkHistory(history);
    const totals = { kills: site.kills, ...countsOf(report) };
    return { seed: 0, totals, rows: rowsOf(history, report, faults), faults, report, history };
  } catch (error) {
    throw new Error(`the failpoints could not go on: ${error}\n${site.obituary()}`, { cause: error });
  } finally {
    await site.remove();
  }
}
