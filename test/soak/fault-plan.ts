/** What can be done to an installation. *rollout*: another bundle everywhere, by restarts, as the manual has it. */
export const faultKinds = [
  'edge killed',
  'cloud killed',
  'agent killed',
  'uplink cut',
  'uplink half open',
  'uplink slow',
  'rollout',
] as const;
export type FaultKind = (typeof faultKinds)[number];
/** A process that dies at a certain write or send. */
export const failpointKinds = ['edge at a failpoint', 'cloud at a failpoint'] as const;
export type FailpointKind = (typeof failpointKinds)[number];

/** One fault, as it is drawn before the run. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Time before it in which nothing is done. */
  readonly pauseMs: number;
  readonly lastsMs: number;
  /** Whose agent, where it is one. */
  readonly view: number;
  /** Another one, which is made while this one lasts. */
  readonly inside: PlannedFault | undefined;
}

/** What a run of as many faults as the deck has cards meets, in another order each time. */
const deck: readonly FaultKind[] = [
  ...new Array<FaultKind>(3).fill('edge killed'),
  ...new Array<FaultKind>(2).fill('cloud killed'),
  ...new Array<FaultKind>(2).fill('agent killed'),
  'uplink cut',
  'uplink half open',
  'uplink slow',
  'rollout',
];

/** Shortest and longest time that a fault lasts, in ms; a process is started again after it. */
const lasts: Readonly<Record<FaultKind, readonly [number, number]>> = {
  'edge killed': [0, 800],
  'cloud killed': [0, 2500],
  'agent killed': [0, 1500],
  'uplink cut': [300, 2500],
  'uplink half open': [1000, 3000],
  'uplink slow': [4000, 6000],
  rollout: [0, 500],
};
const PAUSE_MS = [300, 2000] as const;

/** Processes that a fault kills. */
export function killsOf({ kind, inside }: PlannedFault): number {
  const own = kind === 'rollout' ? 2 : kind.endsWith('killed') ? 1 : 0;
  return own + (inside ? killsOf(inside) : 0);
}

/** Draws faults until so many processes are killed; the same seed draws the same. */
export function planFaults({ seed, kills, views }: { seed: number; kills: number; views: number }): PlannedFault[] {
  const random = seeded(seed);
  const between = ([low, high]: readonly [number, number]) => Math.round(low + random() * (high - low));
  const view = () => Math.floor(random() * views);
  const plain = (kind: FaultKind): PlannedFault => ({
    kind,
    pauseMs: between(PAUSE_MS),
    lastsMs: between(lasts[kind]),
    view: view(),
    inside: undefined,
  });
  const plan: PlannedFault[] = [];
  let cards: FaultKind[] = [];
  for (let killed = 0; killed < kills; ) {
    if (cards.length === 0) cards = [...deck];
    const [kind] = cards.splice(Math.floor(random() * cards.length), 1);
    const fault = plain(kind);
    // Half of what keeps the cloud away meets a death below it.
    const within = /cloud|uplink/.test(kind) && random() < 0.5;
    const victim = random() < 0.7 ? 'edge killed' : 'agent killed';
    const whole = within ? { ...fault, inside: plain(victim) } : fault;
    plan.push(whole);
    killed += killsOf(whole);
  }
  return plan;
}

/** Mulberry32: a seeded random number from 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
