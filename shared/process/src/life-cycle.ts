/** A part that can be closed. Where it is not open, or only half, `stop` closes what there is. */
export interface Stoppable {
  stop(): void | Promise<void>;
}

/** A part that is opened and closed. */
export interface Startable<Started> extends Stoppable {
  start(): Started | Promise<Started>;
}

/** What is open, in the order in which it was opened. It is closed in the opposite order. */
export class OpenParts {
  readonly #parts: Stoppable[] = [];

  /** Starts a part, and keeps it: it is closed also where it comes only half way. @returns what its `start` returns */
  async start<Started>(part: Startable<Started>): Promise<Started> {
    this.#parts.push(part);
    return part.start();
  }

  /** Keeps what is open already, or a step that must come before the parts below it are closed. */
  add(stop: Stoppable['stop']): void {
    this.#parts.push({ stop });
  }

  /** Closes every part, whichever of them fails. @throws the first error */
  async stop(): Promise<void> {
    const errors: unknown[] = [];
    for (const part of this.#parts.splice(0).reverse()) {
      try {
        await part.stop();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

/**
 * The life of a process or of a part with parts of its own: `open` starts them one by one. Where it throws, what has
 * started is closed again. It may be started again after a failed start, and after a stop.
 */
export class LifeCycle<Started> implements Startable<Started> {
  readonly #open: (parts: OpenParts) => Promise<Started>;
  #running: { readonly parts: OpenParts; readonly started: Promise<Started> } | undefined;
  #stopping: Promise<void> = Promise.resolve();

  constructor(open: (parts: OpenParts) => Promise<Started>) {
    this.#open = open;
  }

  /** @throws what `open` throws, once everything is closed again; Error where it runs already */
  async start(): Promise<Started> {
    if (this.#running) throw new Error('started twice');
    const parts = new OpenParts();
    const running = { parts, started: this.#begin(parts) };
    this.#running = running;
    try {
      return await running.started;
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      throw error;
    }
  }

  /** Closes everything, a start under way first comes to its end. Does nothing when not started. */
  stop(): Promise<void> {
    const running = this.#running;
    if (running) {
      this.#running = undefined;
      this.#stopping = running.started.then(
        () => running.parts.stop(),
        () => undefined,
      );
    }
    return this.#stopping;
  }

  async #begin(parts: OpenParts): Promise<Started> {
    await this.#stopping.catch(() => undefined);
    try {
      return await this.#open(parts);
    } catch (error) {
      // The reason of the failed start is what the user must read, not what follows from it.
      await parts.stop().catch(() => undefined);
      throw error;
    }
  }
}
