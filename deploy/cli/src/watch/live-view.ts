import { createLogUpdate } from 'log-update';
import { describe } from './describe.js';
import { drawScreen, MAX_MESSAGES, type ShownMessage } from './screen.js';
import type { Output, Watched, WatchedMessage, WatchView } from './watch-view.js';

const REFRESH_MS = 250;

/** The table of rates with the latest messages below it, redrawn four times a second. */
export class LiveView implements WatchView {
  readonly #watched: Watched;
  readonly #stream: Output;
  readonly #draw;
  readonly #startedAt = performance.now();
  /** Messages since the screen was last drawn; only those that will be on it are put into words. */
  #fresh: WatchedMessage[] = [];
  #shown: ShownMessage[] = [];
  #state = 'connected';
  #timer: NodeJS.Timeout | undefined;

  constructor(watched: Watched, stream: Output) {
    this.#watched = watched;
    this.#stream = stream;
    this.#draw = createLogUpdate(stream);
  }

  start(): void {
    this.#redraw();
    this.#timer = setInterval(() => this.#redraw(), REFRESH_MS);
  }

  show(message: WatchedMessage): void {
    this.#fresh.push(message);
    if (this.#fresh.length > MAX_MESSAGES) this.#fresh.shift();
  }

  notice(text: string): void {
    this.#state = text;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#redraw();
    this.#draw.done();
  }

  #redraw(): void {
    const { url, rates, context } = this.#watched;
    const fresh = this.#fresh.map((message) => ({
      message,
      description: describe(message.topic, message.payload, context),
    }));
    this.#fresh = [];
    this.#shown = [...this.#shown, ...fresh].slice(-MAX_MESSAGES);
    const now = performance.now();
    this.#draw(
      drawScreen({
        url,
        state: this.#state,
        seconds: Math.floor((now - this.#startedAt) / 1_000),
        rates: rates.topics(now),
        total: rates.total(now),
        messages: this.#shown,
        width: this.#stream.columns || 80,
        height: this.#stream.rows || 24,
      }),
    );
  }
}
