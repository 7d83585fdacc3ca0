import type { PublishRight } from '@ddnn/broker';
import { topic, topics } from '@ddnn/protocol';

/** The topics that a device publishes on. */
export type DeviceTopic = 'summary' | 'features' | 'deviceStatus' | 'clockAsk';
const published: readonly DeviceTopic[] = ['summary', 'features', 'deviceStatus', 'clockAsk'];

/** What one device may do at its edge: only what belongs to it. `Intake.take` refuses the rest. */
export class DeviceAccess {
  /** Prepared, so that no topic is parsed for each message. */
  readonly #published: ReadonlyMap<string, DeviceTopic>;
  readonly #subscribed: ReadonlySet<string>;

  /** @param device its name. Throws `TopicError` where that is none */
  constructor(device: string) {
    this.#published = new Map(published.map((which) => [topic(which, { device }), which]));
    this.#subscribed = new Set([topic('edgeStatus'), topic('featureRequest', { device }), topic('clock', { device })]);
  }

  /** Which of its topics this is, for a message or a last will; undefined: it may not publish there. */
  published(name: string): DeviceTopic | undefined {
    return this.#published.get(name);
  }

  /** Only its status is kept for later subscribers. */
  publishRight(name: string): PublishRight {
    const which = this.#published.get(name);
    if (!which) return 'none';
    return topics[which].retained ? 'retained' : 'plain';
  }

  maySubscribe(filter: string): boolean {
    return this.#subscribed.has(filter);
  }
}
