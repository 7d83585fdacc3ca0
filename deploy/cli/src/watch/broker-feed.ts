import { randomBytes } from 'node:crypto';
import { checkBrokerUrl } from '@ddnn/process';
import { connectionProblem } from '@ddnn/session';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 1_000;
const KEEPALIVE_SECONDS = 30;

/** The broker is away, or refuses. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly userFault = true;
  readonly code = 'DDNN_CLI_BROKER';
}

/** What a feed reports. */
export interface BrokerEvents {
  onMessage(topic: string, payload: Uint8Array, qos: number, retained: boolean): void;
  /** The connection went, or came back. */
  onConnection(text: string): void;
}

/** Everything that a broker passes on, read without a user name; connects again by itself after a lost link. */
export class BrokerFeed {
  readonly #url: string;
  readonly #events: BrokerEvents;
  #client: MqttClient | undefined;
  #isLost = false;

  constructor(url: string, events: BrokerEvents) {
    this.#url = url;
    this.#events = events;
  }

  /** Connects and subscribes. @throws BrokerError where the first attempt fails, ConfigError for a URL that is none */
  async start(): Promise<void> {
    const client = this.#connect();
    this.#client = client;
    client.on('message', (topic, payload, { qos, retain }: IPublishPacket) =>
      this.#events.onMessage(topic, payload, qos, retain),
    );
    try {
      await firstConnection(client);
      await subscribe(client);
    } catch (error) {
      await this.stop();
      throw new BrokerError(`${this.#url}: ${reasonOf(error)}`);
    }
    client.on('close', () => this.#lost('connection lost'));
    client.on('error', (error) => this.#lost(reasonOf(error)));
    client.on('connect', () => {
      subscribe(client).then(
        () => this.#back(),
        (error: unknown) => this.#events.onConnection(reasonOf(error)),
      );
    });
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(true);
  }

  /** Reported once, not with every attempt; what happens because of {@link stop} is not reported. */
  #lost(why: string): void {
    if (!this.#client || this.#isLost) return;
    this.#isLost = true;
    this.#events.onConnection(`${why}, trying again`);
  }

  #back(): void {
    this.#isLost = false;
    this.#events.onConnection('connected again');
  }

  #connect(): MqttClient {
    checkBrokerUrl(this.#url, '--url');
    return mqtt.connect(this.#url, {
      clientId: `ddnn-watch-${randomBytes(4).toString('hex')}`,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS,
      reconnectOnConnackError: true,
      keepalive: KEEPALIVE_SECONDS,
      resubscribe: false,
    });
  }
}

function firstConnection(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve());
    // This listener stays: an error without a listener would end the process.
    client.on('error', reject);
    client.once('close', () => reject(new Error('the connection was closed before it stood')));
  });
}

/** At QoS 1 messages arrive with the QoS of their sender, so that packet bytes are right. `#` leaves `$SYS` out. */
async function subscribe(client: MqttClient): Promise<void> {
  const [grant] = await client.subscribeAsync('#', { qos: 1 });
  if (grant === undefined || grant.qos > 2) throw new Error('the broker refused the subscription to #');
}

/** Why it does not work, in one line. */
function reasonOf(error: unknown): string {
  return (error as Error).message === 'connack timeout' ? 'no MQTT broker answers there' : connectionProblem(error);
}
