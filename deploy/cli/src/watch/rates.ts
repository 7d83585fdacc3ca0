import { publishBytes } from '@ddnn/protocol';

/** The rate is of the last five seconds, kept in a ring of quarter seconds. */
const BUCKET_MS = 250;
const BUCKETS = 20;
/** Right after the start, a shorter span would make a rate of a single message. */
const MIN_SPAN_MS = 1_000;

/** The row that takes all topics beyond the bound. */
export const OTHER_TOPICS = '(other topics)';

/** What was counted on one topic. */
export interface TopicRate {
  readonly topic: string;
  readonly messages: number;
  readonly payloadBytes: number;
  /** Whole PUBLISH packets as this viewer gets them; TCP/IP, TLS and PUBACKs apart. */
  readonly packetBytes: number;
  /** Rate of the last five seconds. */
  readonly messagesPerSecond: number;
  readonly packetBytesPerSecond: number;
}

class Row {
  readonly topicBytes: number;
  messages = 0;
  payloadBytes = 0;
  packetBytes = 0;
  readonly #messages = new Uint32Array(BUCKETS);
  readonly #bytes = new Float64Array(BUCKETS);
  #newest = 0;

  constructor(topicBytes: number) {
    this.topicBytes = topicBytes;
  }

  add(payloadBytes: number, packetBytes: number, now: number): void {
    this.messages++;
    this.payloadBytes += payloadBytes;
    this.packetBytes += packetBytes;
    this.#forget(now);
    this.#messages[this.#newest % BUCKETS]++;
    this.#bytes[this.#newest % BUCKETS] += packetBytes;
  }

  recent(now: number): { messages: number; bytes: number } {
    this.#forget(now);
    return { messages: this.#messages.reduce(sum, 0), bytes: this.#bytes.reduce(sum, 0) };
  }

  /** Empties the buckets that have passed since the last call. */
  #forget(now: number): void {
    const bucket = Math.floor(now / BUCKET_MS);
    for (let i = Math.max(this.#newest + 1, bucket - BUCKETS + 1); i <= bucket; i++) {
      this.#messages[i % BUCKETS] = 0;
      this.#bytes[i % BUCKETS] = 0;
    }
    this.#newest = Math.max(this.#newest, bucket);
  }
}

/** Counts messages and bytes per topic, exactly; the number of topics is bounded. Times are monotonic, in ms. */
export class Rates {
  readonly #maxTopics: number;
  readonly #startedAt: number;
  readonly #rows = new Map<string, Row>();
  readonly #total = new Row(0);

  constructor(startedAt: number, maxTopics = 10_000) {
    this.#startedAt = startedAt;
    this.#maxTopics = maxTopics;
  }

  /** Counts one message, and returns the bytes of its packet. */
  count(topic: string, payloadBytes: number, qos: number, now: number): number {
    const known = this.#rows.get(topic);
    const topicBytes = known?.topicBytes ?? Buffer.byteLength(topic);
    const row = known ?? this.#newRow(topic, topicBytes);
    const packetBytes = publishBytes(topicBytes, payloadBytes, qos);
    row.add(payloadBytes, packetBytes, now);
    this.#total.add(payloadBytes, packetBytes, now);
    return packetBytes;
  }

  /** Every topic, sorted by name. */
  topics(now: number): TopicRate[] {
    const rates = Array.from(this.#rows, ([topic, row]) => this.#read(topic, row, now));
    return rates.sort((a, b) => (a.topic < b.topic ? -1 : 1));
  }

  /** All topics together. */
  total(now: number): TopicRate {
    return this.#read('total', this.#total, now);
  }

  /** Beyond the bound one row serves all. */
  #newRow(topic: string, topicBytes: number): Row {
    const name = this.#rows.size < this.#maxTopics ? topic : OTHER_TOPICS;
    const row = this.#rows.get(name) ?? new Row(topicBytes);
    this.#rows.set(name, row);
    return row;
  }

  #read(topic: string, row: Row, now: number): TopicRate {
    const { messages, payloadBytes, packetBytes } = row;
    const recent = row.recent(now);
    const windowStart = (Math.floor(now / BUCKET_MS) - BUCKETS + 1) * BUCKET_MS;
    const seconds = Math.max(MIN_SPAN_MS, now - Math.max(windowStart, this.#startedAt)) / 1_000;
    return {
      topic,
      messages,
      payloadBytes,
      packetBytes,
      messagesPerSecond: recent.messages / seconds,
      packetBytesPerSecond: recent.bytes / seconds,
    };
  }
}

function sum(a: number, b: number): number {
  return a + b;
}
