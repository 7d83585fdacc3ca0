/** 65,535 is not used here: `session.ts` uses it to ask whether a client lives. */
const IDS = 65_534;

/** Packet identifiers of the messages that one client has not acknowledged (MQTT 3.1.1, 2.3.1). */
export class PacketIds {
  /** One bit for each identifier. Made when the first one is needed, because most clients never need one. */
  #used: Uint8Array | undefined;
  #count = 0;
  #last = 0;

  /** The next one that is not in use; 0: all are in use. */
  take(): number {
    if (this.#count === IDS) return 0;
    this.#used ??= new Uint8Array(8192);
    do {
      this.#last = (this.#last % IDS) + 1;
    } while (this.#uses(this.#last));
    this.#used[this.#last >> 3] |= 1 << (this.#last & 7);
    this.#count++;
    return this.#last;
  }

  /** Its message is acknowledged. */
  free(id: number): void {
    if (!this.#uses(id)) return;
    this.#used![id >> 3] &= ~(1 << (id & 7));
    this.#count--;
  }

  #uses(id: number): boolean {
    return this.#used !== undefined && (this.#used[id >> 3] & (1 << (id & 7))) !== 0;
  }
}
