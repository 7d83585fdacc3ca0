import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { EdgeName } from '../sites/roster.js';
import type { StoredVerdict } from '../store/verdict-store.js';
import { verdictFrames } from './down-frames.js';
import type { SendDown } from './send-down.js';

interface Waiting {
  readonly edge: EdgeName;
  readonly bySlot: Map<number, StoredVerdict>;
  readonly sent: Promise<void>;
}

/**
 * Sends verdicts down. One transaction of the store answers many uplink frames at the same moment: all verdicts of one
 * edge in it go into one frame.
 */
export class VerdictSender {
  readonly #epoch: number;
  readonly #views: number;
  readonly #sendDown: SendDown;
  readonly #waiting = new Map<string, Waiting>();

  constructor(epoch: number, views: number, sendDown: SendDown) {
    this.#epoch = epoch;
    this.#views = views;
    this.#sendDown = sendDown;
  }

  /**
   * Resolves when the broker has taken the verdicts. What waits here needs no bound of its own: the frames that call
   * this are bounded.
   */
  send(edge: EdgeName, stored: readonly StoredVerdict[]): Promise<void> {
    const name = `${edge.site}/${edge.edge}`;
    let waiting = this.#waiting.get(name);
    if (!waiting) {
      waiting = { edge, bySlot: new Map(), sent: endOfTurn().then(() => this.#flush(name)) };
      this.#waiting.set(name, waiting);
    }
    for (const verdict of stored) waiting.bySlot.set(verdict.slot, verdict);
    return waiting.sent;
  }

  async #flush(name: string): Promise<void> {
    const { edge, bySlot } = this.#waiting.get(name)!;
    this.#waiting.delete(name);
    const ascending = [...bySlot.values()].sort((a, b) => a.slot - b.slot);
    for (const frame of verdictFrames(this.#epoch, ascending, this.#views))
      await this.#sendDown('verdict', edge, frame);
  }
}
