/** 65,535 is left to the question whether a client lives (`session.ts`). */
const IDS = 65_534;

/** Packet identifiers of the messages that one client has not acknowledged (MQTT 3.1.1, 2.3.1). */
export class PacketIds {
  /** A bit an identifier; made with the first one, for most clients never need one. */
  #used: Uint8Array | undefined;
  #count = 0;
  #last = 0;

  /** The next one that is not in use; 0: all are. */
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
