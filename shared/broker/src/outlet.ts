import type { Socket } from 'node:net';

/** The sending side of a client's socket, for bytes that do not come from Aedes. */
export class Outlet {
  readonly #socket: Socket;
  readonly #drainTimeoutMs: number;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, drainTimeoutMs: number) {
    this.#socket = socket;
    this.#drainTimeoutMs = drainTimeoutMs;
  }

  /** More bytes wait than the socket's own bound; who goes on writing piles them up. */
  get full(): boolean {
    return this.#socket.writableNeedDrain;
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /**
   * Calls back once, when there is room again or the socket is gone. One that stays full for the drain timeout is cut
   * off.
   */
  onRoom(callback: () => void): void {
    this.#waiting.push(callback);
    if (this.#waiting.length > 1) return;
    const socket = this.#socket;
    const timer = setTimeout(() => socket.destroy(new Error('drain timeout')), this.#drainTimeoutMs).unref();
    const go = () => {
      clearTimeout(timer);
      socket.off('drain', go).off('close', go);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) each();
    };
    socket.on('drain', go).on('close', go);
  }
}
