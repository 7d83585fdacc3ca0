import { type Verdict, viewStateNames } from '@ddnn/protocol';

/** A verdict in words, as it is published on the verdict topic. */
export interface VerdictJson {
  readonly site: string;
  readonly edge: string;
  readonly slot: number;
  /** Class name; `none` where no camera sees the object. */
  readonly class: string;
  readonly exit: string;
  /** Why it is a fallback; missing otherwise. */
  readonly reason?: string;
  /** The exit's uncertainty, 0 (sure) to 1. */
  readonly uncertainty: number;
  /** Old name of `uncertainty`; it will be removed in the next version. */
  readonly entropy: number;
  /** State of every view. */
  readonly views: readonly string[];
  /** Views that should have taken part and did not. */
  readonly missing: readonly number[];
  /** Unix time of the slot in ms; null where samples are triggered from outside. */
  readonly capturedAt: number | null;
  readonly answeredAt: number;
}

/** Puts a verdict into words. */
export function verdictJson(
  verdict: Verdict,
  at: { site: string; edge: string; classes: readonly string[]; slotMs: number; now: number },
): VerdictJson {
  const uncertainty = Math.round(verdict.uncertainty * 10_000) / 10_000;
  const views = Array.from(verdict.states, (state) => viewStateNames[state]);
  return {
    site: at.site,
    edge: at.edge,
    slot: verdict.slot,
    class: at.classes[verdict.classIndex] ?? 'none',
    exit: verdict.exit,
    ...(verdict.reason === 'none' ? {} : { reason: verdict.reason }),
    uncertainty,
    entropy: uncertainty,
    views,
    missing: views.flatMap((state, view) => (state === 'lost' || state === 'late' ? [view] : [])),
    capturedAt: at.slotMs > 0 ? verdict.slot * at.slotMs : null,
    answeredAt: at.now,
  };
}
