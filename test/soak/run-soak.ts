import { until } from '../faults/installation.js';
import { checkHistory, countsOf, type HistoryCounts, type HistoryReport } from './check-history.js';
import { planFaults } from './fault-plan.js';
import { type FaultRow, rowsOf } from './fault-rows.js';
import type { HistoryEvent } from './history.js';
import { type MadeFault, makeFault } from './make-fault.js';
import { SoakSite, VIEWS } from './soak-site.js';

/** How a run is done. */
export interface SoakOptions {
  /** Draws the same faults again; what they meet depends on the moment. */
  readonly seed: number;
  /** Processes to kill. */
  readonly kills: number;
  readonly onProgress?: (kills: number) => void;
}

/** What a run showed. */
export interface SoakResult {
  readonly seed: number;
  readonly totals: HistoryCounts & { readonly kills: number };
  readonly rows: readonly FaultRow[];
  readonly faults: readonly MadeFault[];
  readonly report: HistoryReport;
  readonly history: readonly HistoryEvent[];
}

/** Breaks an installation again and again while its cameras go on, lets it settle, and judges its history. */
export async function runSoak({ seed, kills, onProgress }: SoakOptions): Promise<SoakResult> {
  const site = new SoakSite();
  try {
    await site.start();
    const { history } = site;
    await until('the cloud answers', () => history.some((event) => event.what === 'said' && event.exit === 'cloud'));
    const faults: MadeFault[] = [];
    let rollouts = 0;
    for (const fault of planFaults({ seed, kills, views: VIEWS })) {
      // The cloud has one bundle more than that in service, so that nothing may wait that is older.
      if (fault.kind === 'rollout' && rollouts++ > 0) {
        await site.drain();
        await site.resume();
      }
      await makeFault(site, fault, (made) => faults.push(made));
      onProgress?.(site.kills);
    }
    await recovered(history, faults);
    await site.drain();
    await site.noteStored();
    const report = checkHistory(history);
    return {
      seed,
      totals: { kills: site.kills, ...countsOf(report) },
      rows: rowsOf(history, report, faults),
      faults,
      report,
      history,
    };
  } catch (error) {
    throw new Error(`the run with seed ${seed} could not go on: ${error}\n${site.obituary()}`, { cause: error });
  } finally {
    await site.remove();
  }
}

/** Resolves when live verdicts show that every fault is over. */
function recovered(history: readonly HistoryEvent[], faults: readonly MadeFault[]): Promise<void> {
  return until('the site has recovered from every fault', () =>
    faults.every(({ end, isOver }) =>
      history.some((event) => event.what === 'said' && event.at > end && isOver(event)),
    ),
  );
}
