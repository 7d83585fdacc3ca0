import type { Outlet } from './outlet.js';

/** Whether an MQTT filter matches a topic (MQTT 3.1.1, 4.7). Not for topics that begin with `$`. */
export function covers(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** The highest QoS of the filters that cover a topic; -1: none covers it. */
export function grantedQos(filters: ReadonlyMap<string, number>, topic: string): number {
  let highest = -1;
  for (const [filter, qos] of filters) if (qos > highest && covers(filter, topic)) highest = qos;
  return highest;
}

/** A client as a subscriber: its filters with the QoS granted, and the sending side of its socket. */
export interface Subscriber {
  readonly filters: ReadonlyMap<string, number>;
  readonly outlet: Outlet;
}

/** The subscribers of one topic. */
export class Audience {
  /** The sending sides of their sockets. */
  outlets: readonly Outlet[] = [];
  /** One of them wants QoS 1 messages at QoS 1. */
  sure = false;
  readonly #topic: string;
  /** The highest QoS at which each of them subscribes. */
  readonly #heard = new Map<Subscriber, number>();

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** A subscriber has come, or its filters have changed; `filter`: the one that was added or removed, if it is one. */
  update(subscriber: Subscriber, filter?: string): void {
    if (filter !== undefined && !covers(filter, this.#topic)) return;
    const qos = grantedQos(subscriber.filters, this.#topic);
    if (qos === (this.#heard.get(subscriber) ?? -1)) return;
    if (qos < 0) this.#heard.delete(subscriber);
    else this.#heard.set(subscriber, qos);
    this.#learn();
  }

  /** The subscriber is gone. */
  drop(subscriber: Subscriber): void {
    if (this.#heard.delete(subscriber)) this.#learn();
  }

  #learn(): void {
    this.outlets = [...this.#heard.keys()].map(({ outlet }) => outlet);
    this.sure = [...this.#heard.values()].some((qos) => qos > 0);
  }
}

/**
 * The subscribers of the direct topics, for each topic. A change costs time in proportion to the number of such topics
 * and to the filters of this one client, not to all clients and filters.
 */
export class Audiences {
  readonly #byTopic = new Map<string, Audience>();

  /** The subscribers of a topic; the object is kept up to date. */
  of(topic: string, subscribers: Iterable<Subscriber>): Audience {
    let audience = this.#byTopic.get(topic);
    if (!audience) {
      audience = new Audience(topic);
      for (const subscriber of subscribers) audience.update(subscriber);
      this.#byTopic.set(topic, audience);
    }
    return audience;
  }

  /** A subscriber got a filter or lost one. */
  update(subscriber: Subscriber, filter: string): void {
    for (const audience of this.#byTopic.values()) audience.update(subscriber, filter);
  }

  /** The subscriber is gone. */
  drop(subscriber: Subscriber): void {
    for (const audience of this.#byTopic.values()) audience.drop(subscriber);
  }
}
