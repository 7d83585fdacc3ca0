import type { PublishRight } from '@ddnn/broker';
import { topic, topics } from '@ddnn/protocol';

/** The topics that a device publishes on. */
export type DeviceTopic = 'summary' | 'features' | 'deviceStatus' | 'clockAsk';
const published: readonly DeviceTopic[] = ['summary', 'features', 'deviceStatus', 'clockAsk'];

/** What one device may do at its edge: what is its own, and nothing else. */
export class DeviceAccess {
  /** Looked up per message instead of parsed. */
  readonly #published: ReadonlyMap<string, DeviceTopic>;
  readonly #subscribed: ReadonlySet<string>;

  /** @param device its name. Throws `TopicError` where that is none */
  constructor(device: string) {
    this.#published = new Map(published.map((which) => [topic(which, { device }), which]));
    this.#subscribed = new Set([topic('edgeStatus'), topic('featureRequest', { device }), topic('clock', { device })]);
  }

  /** What it publishes there, as message or last will; undefined: nothing. */
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
