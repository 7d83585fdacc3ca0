import { describe } from './describe.js';
import { LineOutput } from './line-output.js';
import { paintOf } from './paint.js';
import { printable, timeOfDay } from './printable.js';
import { ratesTable } from './rates-table.js';
import type { Output, Watched, WatchedMessage, WatchView } from './watch-view.js';

const TABLE_WIDTH = 120;

/** One line a message on standard output; whatever else there is to say goes to standard error. */
abstract class LineView implements WatchView {
  protected readonly watched: Watched;
  protected readonly output: LineOutput;

  constructor(watched: Watched, output: Output) {
    this.watched = watched;
    this.output = new LineOutput(output, (lines) =>
      this.notice(`${lines} messages have no line: the output is read slower than they come`),
    );
  }

  start(): void {
    this.output.start();
  }

  show(message: WatchedMessage): void {
    if (this.output.takes()) this.output.write(this.line(message));
  }

  notice(text: string): void {
    process.stderr.write(`${this.watched.url}: ${text}\n`);
  }

  stop(): void {
    this.output.stop();
  }

  protected abstract line(message: WatchedMessage): string;
}

/** Words, and the table of rates at the end. */
export class TextLines extends LineView {
  override stop(): void {
    super.stop();
    const now = performance.now();
    const { rates } = this.watched;
    this.output.write(`\n${ratesTable(rates.topics(now), 0, rates.total(now), TABLE_WIDTH)}`);
  }

  protected line({ time, topic, payload, packetBytes }: WatchedMessage): string {
    const { frame, words } = describe(topic, payload, this.watched.context);
    const sizes = `payload ${payload.length} B, packet ${packetBytes} B`;
    return `${timeOfDay(time)}  ${printable(topic)}  ${paintOf(frame)(words)} · ${sizes}`;
  }
}

/** One JSON document a line. */
export class JsonLines extends LineView {
  protected line({ time, topic, qos, retained, payload, packetBytes }: WatchedMessage): string {
    const { frame, fields } = describe(topic, payload, this.watched.context);
    return JSON.stringify({
      time: time.toISOString(),
      topic,
      qos,
      retained,
      payloadBytes: payload.length,
      packetBytes,
      kind: frame,
      ...fields,
    });
  }
}
