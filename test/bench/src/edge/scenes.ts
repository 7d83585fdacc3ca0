import { type Bundle, createLocalTier, openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';

/** Cameras of one scene. */
export const VIEWS = 6;
export const EPOCH = 1;

/** The paper's network on six cameras, without weights learnt: the edge's work is the same. */
const architecture: ResolvedArchitecture = {
  name: 'bench',
  input: { height: 32, width: 32, channels: 3 },
  views: VIEWS,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 16 } }] },
};

/** Every sample exits locally. */
export const LOCAL_THRESHOLD = 1;

export const bundleBytes = (): Uint8Array => randomBundle(architecture, 1);
export const openBenchBundle = (): Bundle => openBundle(bundleBytes());

/** Name of a scene's device, which is its user name and stands in its topics. */
export const deviceName = (scene: number, view: number): string => String(scene * VIEWS + view);

/** One signed byte a class, made up but the same in every process, for a position of the cycle and a view. */
export function scoresOf(position: number, view: number, scoreBytes: number): Int8Array {
  return Int8Array.from({ length: scoreBytes }, (_, c) => {
    const mixed = Math.imul((position + 1) * 73_856_093 + (view + 1) * 19_349_663 + c * 83_492_791, 0x9e3779b1);
    return ((mixed >>> 16) % 15) - 7;
  });
}

/** The class of every position of the cycle, by the bundle's own local exit. */
export function expectedClasses(bundle: Bundle, cycle: number): Uint8Array {
  const tier = createLocalTier(bundle, 0, LOCAL_THRESHOLD)!;
  const { scoreBytes } = bundle.shapes;
  const scores = new Int8Array(VIEWS * scoreBytes);
  return Uint8Array.from({ length: cycle }, (_, position) => {
    for (let view = 0; view < VIEWS; view++) scores.set(scoresOf(position, view, scoreBytes), view * scoreBytes);
    tier.decide(scores, 0, 2 ** VIEWS - 1);
    return tier.exit.classIndex;
  });
}

/** How many samples were answered, and a sum over slots and classes that tells a wrong, lost or double one. */
export class Answers {
  samples = 0;
  checksum = 0;
  onChange: (() => void) | undefined;

  add(slot: number, classIndex: number): void {
    this.checksum += ((slot % 8191) + 1) * (classIndex + 1);
    this.count();
  }

  /** One more, of which nothing else is known. */
  count(): void {
    this.samples++;
    this.onChange?.();
  }
}

/** What a scene should have answered of slots 0 up to `slots`. */
export function expectedAnswers(classes: Uint8Array, slots: number): Answers {
  const answers = new Answers();
  for (let slot = 0; slot < slots; slot++) answers.add(slot, classes[slot % classes.length]);
  return answers;
}
