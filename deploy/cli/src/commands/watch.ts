import { parseTopic } from '@ddnn/protocol';
import { BrokerFeed } from '../watch/broker-feed.js';
import { WatchContext } from '../watch/context.js';
import { JsonLines, TextLines } from '../watch/line-views.js';
import { LiveView } from '../watch/live-view.js';
import { Rates } from '../watch/rates.js';
import type { Output, Watched, WatchView } from '../watch/watch-view.js';

/** Options of `ddnn watch`. */
export interface WatchFlags {
  readonly url: string;
  readonly seconds?: number;
  readonly json?: boolean;
}

/** `ddnn watch`: the topic traffic in words, until Ctrl-C, `--seconds`, or the end of whoever reads the output. */
export async function watch(
  { url, seconds, json = false }: WatchFlags,
  output: Output = process.stdout,
): Promise<void> {
  const watched = { url, context: new WatchContext(), rates: new Rates(performance.now()) };
  const view = viewOf(watched, json, output);
  const feed = new BrokerFeed(url, {
    onMessage: (topic, payload, qos, retained) => {
      const parsed = parseTopic(topic);
      if (parsed) watched.context.learn(parsed, payload);
      const packetBytes = watched.rates.count(topic, payload.length, qos, performance.now());
      view.show({ time: new Date(), topic, qos, retained, payload, packetBytes });
    },
    onConnection: (text) => view.notice(text),
  });
  let stop = () => {};
  const ended = new Promise<void>((resolve) => {
    stop = resolve;
  });
  // With `| head` the reader goes away: ends the same way as Ctrl-C.
  output.on('error', stop);
  // Not `once`: the code that restores the cursor ends the process if it finds no other listener.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    await Promise.race([feed.start(), ended]);
    view.start();
    const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1_000);
    await ended;
    clearTimeout(timer);
    await feed.stop();
    view.stop();
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await feed.stop();
  }
}

function viewOf(watched: Watched, json: boolean, output: Output): WatchView {
  if (json) return new JsonLines(watched, output);
  return output.isTTY ? new LiveView(watched, output) : new TextLines(watched, output);
}
