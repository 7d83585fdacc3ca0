import type { Socket } from 'node:net';
import type { Client, ConnectPacket } from 'aedes';
import type { DirectLane } from './direct-lane.js';
import type { Outlet } from './outlet.js';
import type { PacketIds } from './packet-ids.js';

/** PUBREL (MQTT 3.1.1, 3.6) of a message that never was: whoever lives answers with PUBCOMP, and nobody else hears. */
const PROBE = Uint8Array.of(0x62, 0x02, 0xff, 0xff);

let sessions = 0;

/** One connection, from its first byte to its last. */
export class Session<Identity> {
  /** Aedes' client id. A client's own would let one throw another out (MQTT 3.1.1, 3.1.4-2): identities decide. */
  readonly id = `c${++sessions}`;
  readonly socket: Socket;
  readonly outlet: Outlet;
  readonly lane: DirectLane;
  /** Of the messages sent to it. */
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
  /** The client id that it gave itself: for the log alone. */
  givenId = '';
  /** It asked for a session that outlives its connection. */
  asksToKeep = false;
  /** From the moment it is admitted. */
  identity: Identity | undefined;
  name: string | undefined;
  keepaliveSeconds = 0;
  will: { readonly topic: string; retain?: boolean } | undefined;
  /** Aedes knows it, and will say when it is gone. */
  registered = false;
  gone = false;
  /** Filters refused so far. */
  refusedFilters = 0;
  /** Another connection of its name waits for what becomes of this one. */
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

  /** Takes over what a CONNECT packet says beside the credentials, and puts into it what Aedes shall know. */
  introduce(packet: ConnectPacket): void {
    this.givenId = packet.clientId;
    this.asksToKeep = packet.clean === false;
    this.keepaliveSeconds = packet.keepalive ?? 0;
    this.will = packet.will;
    packet.clientId = this.id;
    // Aedes queues for persistent sessions without bound; who was away reads the retained state instead.
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
   * Whether anybody is at the other end: asks, and waits for bytes. What was under way when the question came up does
   * not count, so the first half of `waitMs` is for that. `unsure`: this side reads nothing at the moment.
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
