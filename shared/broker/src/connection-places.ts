/** What matters of a connection for its place. */
export interface Visitor {
  /** Where it comes from. */
  readonly address: string;
}

/** How many connections there may be. */
export interface PlaceBounds {
  readonly maxConnections: number;
  readonly reservedConnections: number;
  readonly maxPending: number;
}

/**
 * Who may hold a connection. Names have places kept for them; viewers share the rest. Connections that have not sent
 * CONNECT have few places: when these are full, the oldest one of the address with the most of them is closed.
 */
export class ConnectionPlaces<Connection extends Visitor> {
  readonly #bounds: PlaceBounds;
  /** By address, oldest first. */
  readonly #pending = new Map<string, Set<Connection>>();
  readonly #viewers = new Set<Connection>();
  readonly #named = new Set<Connection>();
  #waiting = 0;

  constructor(bounds: PlaceBounds) {
    this.#bounds = bounds;
  }

  /** A connection came in; returns the one that must be closed for it. */
  enter(connection: Connection): Connection | undefined {
    const leaves = this.#waiting >= this.#bounds.maxPending ? this.#oldest() : undefined;
    if (leaves) this.leave(leaves);
    const same = this.#pending.get(connection.address) ?? new Set();
    this.#pending.set(connection.address, same.add(connection));
    this.#waiting++;
    return leaves;
  }

  /** The connection is a viewer; false: there is no place for one more. */
  settleViewer(connection: Connection): boolean {
    const { maxConnections, reservedConnections } = this.#bounds;
    const full = this.#full || this.#viewers.size >= maxConnections - reservedConnections;
    return this.#settle(connection, this.#viewers, full);
  }

  /** The connection has said its name. `second`: one with that name exists, and at most one of the two will stay. */
  settleNamed(connection: Connection, second: boolean): boolean {
    return this.#settle(connection, this.#named, !second && this.#full);
  }

  /** The connection is closed or closing. */
  leave(connection: Connection): void {
    this.#viewers.delete(connection);
    this.#named.delete(connection);
    const same = this.#pending.get(connection.address);
    if (!same?.delete(connection)) return;
    this.#waiting--;
    if (same.size === 0) this.#pending.delete(connection.address);
  }

  get #full(): boolean {
    return this.#viewers.size + this.#named.size >= this.#bounds.maxConnections;
  }

  #settle(connection: Connection, among: Set<Connection>, full: boolean): boolean {
    this.leave(connection);
    if (!full) among.add(connection);
    return !full;
  }

  #oldest(): Connection | undefined {
    let most: Set<Connection> | undefined;
    for (const same of this.#pending.values()) if (!most || same.size > most.size) most = same;
    return most?.values().next().value;
  }
}
