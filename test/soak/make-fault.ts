import { wait } from '../faults/installation.js';
import type { FailpointKind, FaultKind, PlannedFault } from './fault-plan.js';
import type { Said } from './history.js';
import type { SoakSite } from './soak-site.js';

/** A fault that was made. */
export interface MadeFault {
  readonly kind: FaultKind | FailpointKind;
  /** In ms of the run; it ends when what was killed is started again. */
  readonly begin: number;
  readonly end: number;
  /** Whether a live verdict shows that the site has recovered from it. */
  readonly isOver: (said: Said) => boolean;
}

/** Breaks something, and how it is put right. */
interface Doing {
  readonly breaks: () => void | Promise<void>;
  readonly mends: () => void | Promise<void>;
  readonly isOver: (said: Said) => boolean;
}

/** Makes a fault and the one inside it; tells of each once it is over. Resolves when all runs again. */
export async function makeFault(site: SoakSite, fault: PlannedFault, onMade: (made: MadeFault) => void): Promise<void> {
  const { kind, pauseMs, lastsMs, inside } = fault;
  const { breaks, mends, isOver } = doings(site, fault);
  await wait(pauseMs);
  const begin = site.now();
  await breaks();
  await Promise.all([wait(lastsMs), inside && makeFault(site, inside, onMade)]);
  const end = site.now();
  await mends();
  onMade({ kind, begin, end, isOver });
}

/** Without its cloud a site still answers, by fallbacks: it has recovered when the cloud answers again. */
const cloudAnswers = ({ exit }: Said) => exit === 'cloud';
const anyAnswers = () => true;

function doings(site: SoakSite, { kind, view }: PlannedFault): Doing {
  switch (kind) {
    case 'edge killed':
      return { breaks: site.killEdge, mends: () => site.startEdge(), isOver: anyAnswers };
    case 'cloud killed':
      return { breaks: site.killCloud, mends: () => site.startCloud(), isOver: cloudAnswers };
    case 'agent killed':
      return {
        breaks: () => site.killAgent(view),
        mends: () => site.startAgent(view),
        isOver: ({ views }) => views[view] === 'present' || views[view] === 'absent',
      };
    case 'uplink cut':
      return { breaks: site.cutUplink, mends: site.mendUplink, isOver: cloudAnswers };
    case 'uplink half open':
      return { breaks: site.leaveUplinkHalfOpen, mends: site.mendUplink, isOver: cloudAnswers };
    case 'uplink slow':
      return { breaks: site.slowUplink, mends: site.mendUplink, isOver: cloudAnswers };
    case 'rollout':
      return { breaks: () => rollOut(site), mends: () => site.restartAgents(), isOver: cloudAnswers };
  }
}

/** Another bundle in the order of the manual: cloud, edge, agents; the first two by their sudden death. */
async function rollOut(site: SoakSite): Promise<void> {
  site.nextEpoch();
  await site.killCloud();
  await site.startCloud();
  await site.killEdge();
  await site.startEdge();
}
