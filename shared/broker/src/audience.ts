import type { Outlet } from './outlet.js';

/** Whether an MQTT filter covers a topic (MQTT 3.1.1, 4.7); topics that begin with `$` are not for it. */
export function covers(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** The highest QoS at which one of the filters covers a topic; -1: none does. */
export function grantedQos(filters: ReadonlyMap<string, number>, topic: string): number {
  let highest = -1;
  for (const [filter, qos] of filters) if (qos > highest && covers(filter, topic)) highest = qos;
  return highest;
}

/** A client as far as it subscribes: its filters with the QoS granted, and its sending side. */
export interface Subscriber {
  readonly filters: ReadonlyMap<string, number>;
  readonly outlet: Outlet;
}

/** Who hears one topic. */
export class Audience {
  /** The sending sides of those who hear it. */
  outlets: readonly Outlet[] = [];
  /** One of them wants messages at QoS 1 as such. */
  sure = false;
  readonly #topic: string;
  /** The highest QoS at which each of them hears it. */
  readonly #heard = new Map<Subscriber, number>();

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** A subscriber has come, or its filters have changed; `filter`: the one that came or went, where it is one. */
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
 * Who hears the topics that go past Aedes. Kept topic by topic: a change costs as much as there are such topics and
 * filters of the one client, however many clients and filters there are.
 */
export class Audiences {
  readonly #byTopic = new Map<string, Audience>();

  /** The audience of a topic, which goes on being kept. */
  of(topic: string, subscribers: Iterable<Subscriber>): Audience {
    let audience = this.#byTopic.get(topic);
    if (!audience) {
      audience = new Audience(topic);
      for (const subscriber of subscribers) audience.update(subscriber);
      this.#byTopic.set(topic, audience);
    }
    return audience;
  }

  /** A filter came to a subscriber or went. */
  update(subscriber: Subscriber, filter: string): void {
    for (const audience of this.#byTopic.values()) audience.update(subscriber, filter);
  }

  /** The subscriber is gone. */
  drop(subscriber: Subscriber): void {
    for (const audience of this.#byTopic.values()) audience.drop(subscriber);
  }
}
