/** A part that can be closed. If it is not open, or only half, `stop` closes what is open. */
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

  /**
   * Starts a part, and remembers it: it is closed later, even if its start fails half way. @returns what `start`
   * returns
   */
  async start<Started>(part: Startable<Started>): Promise<Started> {
    this.#parts.push(part);
    return part.start();
  }

  /** Remembers a part that is open already, or a step that must be done before earlier parts are closed. */
  add(stop: Stoppable['stop']): void {
    this.#parts.push({ stop });
  }

  /** Closes every part, even if some of them fail. @throws the first error */
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
 * The life of a process, or of a part that has parts of its own: `open` starts them one by one. If it throws,
 * everything that has started is closed again. A new start is possible after a failed one, and after a stop.
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

  /** Closes everything; waits first for a start that is under way. Does nothing when not started. */
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
      // The user must read why the start failed, not errors that follow from it.
      await parts.stop().catch(() => undefined);
      throw error;
    }
  }
}
