import type { Socket } from 'node:net';
import type { Client, ConnectPacket } from 'aedes';
import type { DirectLane } from './direct-lane.js';
import type { Outlet } from './outlet.js';
import type { PacketIds } from './packet-ids.js';

/**
 * A PUBREL (MQTT 3.1.1, 3.6) for a message that never existed: a client that lives answers with PUBCOMP, and it has no
 * other effect.
 */
const PROBE = Uint8Array.of(0x62, 0x02, 0xff, 0xff);

let sessions = 0;

/** One connection, from its first byte to its last. */
export class Session<Identity> {
  /**
   * The client id that Aedes uses. With the client's own id, one client could disconnect another (MQTT 3.1.1, 3.1.4-2);
   * here only identities decide.
   */
  readonly id = `c${++sessions}`;
  readonly socket: Socket;
  readonly outlet: Outlet;
  readonly lane: DirectLane;
  /** Packet identifiers of the messages sent to it. */
  readonly ids: PacketIds;
  /** Remote address and port; the port tells two of one machine apart. */
  readonly from: string;
  /** Remote address. */
  readonly address: string;
  /** With the QoS granted. */
  readonly filters = new Map<string, number>();
  /** Resolves when the connection is gone and its will is taken. */
  readonly left: Promise<void>;
  readonly client: Client;
  /** The client id that the client sent: only for the log. */
  givenId = '';
  /** It asked for a session that lasts longer than its connection (clean session 0). */
  asksToKeep = false;
  /** From the moment it is admitted. */
  identity: Identity | undefined;
  name: string | undefined;
  keepaliveSeconds = 0;
  will: { readonly topic: string; retain?: boolean } | undefined;
  /** Aedes knows the session, and will report when it is gone. */
  registered = false;
  gone = false;
  /** Filters refused so far. */
  refusedFilters = 0;
  /** Another connection with its name waits for what happens to this one. */
  contested = false;
  #leave: () => void = () => {};

  constructor(socket: Socket, outlet: Outlet, lane: DirectLane, ids: PacketIds, client: Client) {
    this.client = client;
    this.socket = socket;
    this.outlet = outlet;
    this.lane = lane;
    this.ids = ids;
    this.address = socket.remoteAddress ?? '';
    this.from = `${this.address}:${socket.remotePort}`;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  /** Keeps what a CONNECT packet says besides the credentials, and changes it to what Aedes shall see. */
  introduce(packet: ConnectPacket): void {
    this.givenId = packet.clientId;
    this.asksToKeep = packet.clean === false;
    this.keepaliveSeconds = packet.keepalive ?? 0;
    this.will = packet.will;
    packet.clientId = this.id;
    // Aedes queues without bound for persistent sessions; a client that was away reads the retained state instead.
    packet.clean = true;
  }

  /** Bytes that have crossed the socket. */
  get bytes(): number {
    return this.socket.bytesRead + this.socket.bytesWritten;
  }

  /** Notes that it is gone. */
  leave(): void {
    this.gone = true;
    this.#leave();
  }

  /**
   * Whether the other end lives: sends a packet that must be answered, and waits for bytes. Bytes that were already on
   * their way do not count, so the first half of `waitMs` lets them pass. `unsure`: this side reads nothing at the
   * moment.
   */
  async answers(waitMs: number): Promise<'yes' | 'no' | 'unsure'> {
    await this.#rest(waitMs / 2);
    const { bytesRead } = this.socket;
    if (!this.gone) this.outlet.write(PROBE);
    await this.#rest(waitMs / 2);
    if (this.gone) return 'no';
    if (this.socket.bytesRead > bytesRead) return 'yes';
    return this.socket.readableLength > 0 || this.lane.holdsBack ? 'unsure' : 'no';
  }

  async #rest(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([time, this.left]);
    clearTimeout(timer);
  }
}
