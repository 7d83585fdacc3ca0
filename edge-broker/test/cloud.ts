import { type Message, MqttListener } from '@ddnn/broker';
import { logger, open } from './tiny-site.js';

/** A cloud in the hands of the test, closed after it. `take` hears what edges publish. */
export async function listenAsCloud(take: (message: Message) => void) {
  const cloud = new MqttListener<string>(
    { host: '127.0.0.1', port: 0, setting: 'test', maxPacketBytes: 1e6, maxConnections: 9, drainTimeoutMs: 1000 },
    {
      admit: (name) => name ?? 'viewer',
      maySubscribe: () => true,
      publishRight: () => 'retained',
      take: (_, message) => take(message),
    },
    logger,
  );
  const port = await cloud.start();
  open.push(() => cloud.stop());
  return { cloud, port };
}
