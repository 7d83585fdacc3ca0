import { connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes that wait in one direction of a slow link before its sender is held back. */
const MAX_WAITING = 65_536;

/** How a slow link is: every byte comes so much later, and so many bits a second at most. */
export interface Slowness {
  readonly delayMs: number;
  readonly bitsPerSecond: number;
}

/** A link that can be cut, slowed, or left half open: passes bytes on to a port of this machine. */
export class Link {
  readonly #pipes = new Set<Pipe>();
  #server: Server | undefined;
  #away = false;
  #swallows = false;
  #slowness: Slowness | undefined;
  /** Connections so far. */
  connections = 0;

  async start(to: number): Promise<number> {
    this.#server = createServer((near) => this.#join(near, to));
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as { port: number }).port;
  }

  /** Cuts every connection, in the middle of whatever crosses it. */
  cut(): void {
    for (const { from } of this.#pipes) from.resetAndDestroy();
  }

  /** Cuts every connection, and each new one at once, until {@link mend}. */
  takeAway(): void {
    this.#away = true;
    this.cut();
  }

  /** Until {@link mend} whatever is sent goes nowhere, and no connection is closed: neither side is told. */
  halfOpen(): void {
    this.#swallows = true;
    for (const pipe of this.#pipes) pipe.swallow();
  }

  slowDown(slowness: Slowness): void {
    this.#slowness = slowness;
    for (const pipe of this.#pipes) pipe.setSlowness(slowness);
  }

  /**
   * The link is as it should be again, for new connections too. One that lost bytes stays half open for good, as with a
   * router that forgot it.
   */
  mend(): void {
    this.#away = false;
    this.#swallows = false;
    this.#slowness = undefined;
    for (const pipe of this.#pipes) pipe.setSlowness(undefined);
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<unknown>((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }

  #join(near: Socket, to: number): void {
    this.connections++;
    if (this.#away) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ]) {
      const pipe = new Pipe(from, into);
      pipe.setSlowness(this.#slowness);
      if (this.#swallows) pipe.swallow();
      this.#pipes.add(pipe);
      from.once('close', () => {
        this.#pipes.delete(pipe);
        pipe.stop();
        // The far side of a half open connection is not told of its end either.
        if (!pipe.swallows) into.destroy();
      });
    }
  }
}

/** One direction of a connection. */
class Pipe {
  readonly from: Socket;
  swallows = false;
  readonly #into: Socket;
  #slowness: Slowness | undefined;
  /** Chunks on their way, in order, and when each arrives. */
  readonly #waiting: { readonly chunk: Buffer; readonly at: number }[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, into: Socket) {
    this.from = from;
    this.#into = into;
    from.on('error', () => {});
    from.on('data', (chunk) => this.#take(chunk));
    into.on('drain', () => from.resume());
  }

  /** From now on nothing arrives. */
  swallow(): void {
    this.swallows = true;
    this.stop();
    this.from.resume();
  }

  setSlowness(slowness: Slowness | undefined): void {
    this.#slowness = slowness;
    // What is on its way has no more use for the times that it was given.
    if (!slowness) this.#deliver();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  #take(chunk: Buffer): void {
    if (this.swallows) return;
    if (!this.#slowness && this.#waiting.length === 0) {
      if (!this.#into.write(chunk)) this.from.pause();
      return;
    }
    const { delayMs, bitsPerSecond } = this.#slowness ?? { delayMs: 0, bitsPerSecond: Number.POSITIVE_INFINITY };
    const now = performance.now();
    const behind = this.#waiting.at(-1)?.at ?? 0;
    const at = Math.max(now + delayMs, behind) + (chunk.length * 8000) / bitsPerSecond;
    this.#waiting.push({ chunk, at });
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > MAX_WAITING) this.from.pause();
    this.#timer ??= setTimeout(() => this.#deliver(), at - now);
  }

  #deliver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.length > 0 && (!this.#slowness || this.#waiting[0].at <= performance.now())) {
      const { chunk } = this.#waiting.shift()!;
      this.#waitingBytes -= chunk.length;
      this.#into.write(chunk);
    }
    this.from.resume();
    if (this.#waiting.length > 0) {
      this.#timer = setTimeout(() => this.#deliver(), this.#waiting[0].at - performance.now());
    }
  }
}
