import type { LimitedLogger } from '@ddnn/process';
import type { Access } from './access.js';
import type { ConnectionPlaces } from './connection-places.js';
import type { ListenerCounts } from './listener-counts.js';
import type { Session } from './session.js';

/** Return code of a CONNACK (MQTT 3.1.1, 3.2.2.3). */
export const ReturnCode = { accepted: 0, identifierRejected: 2, unavailable: 3, notAuthorized: 5 } as const;
export type ReturnCode = (typeof ReturnCode)[keyof typeof ReturnCode];

/** What an admission works with. */
export interface AdmissionDeps<Identity> {
  readonly access: Access<Identity>;
  readonly places: ConnectionPlaces<Session<Identity>>;
  readonly counts: ListenerCounts;
  readonly log: LimitedLogger;
  readonly takeoverMs: number;
}

/** Lets connections in, or tells them why not. Checks credentials, last will, free places and name. */
export class Admission<Identity> {
  readonly #deps: AdmissionDeps<Identity>;
  readonly #named = new Map<string, Session<Identity>>();

  constructor(deps: AdmissionDeps<Identity>) {
    this.#deps = deps;
  }

  /** Decides about a CONNECT; an admitted session then has its identity. */
  async admit(
    session: Session<Identity>,
    username: string | undefined,
    password: Uint8Array | undefined,
  ): Promise<ReturnCode> {
    const { access, places, counts } = this.#deps;
    const { notAuthorized, unavailable, identifierRejected, accepted } = ReturnCode;
    // MQTT 3.1.1, 3.1.3-8.
    if (session.givenId === '' && session.asksToKeep)
      return this.#refuse(session, 'id', identifierRejected, { username });
    const identity = access.admit(username, password);
    if (identity === undefined) return this.#refuse(session, 'credentials', notAuthorized, { username });
    const { will } = session;
    if (will) {
      const right = access.publishRight(identity, will.topic);
      if (right === 'none') return this.#refuse(session, 'will', notAuthorized, { username, topic: will.topic });
      if (will.retain && right === 'plain') {
        will.retain = false;
        counts.refused.retain++;
      }
    }
    const name = access.nameOf?.(identity);
    const placed =
      name === undefined ? places.settleViewer(session) : places.settleNamed(session, this.#named.has(name));
    if (!placed) return this.#refuse(session, 'place', unavailable, { username });
    const code = name === undefined ? accepted : await this.#takeName(session, name);
    if (code === accepted) session.identity = identity;
    return code;
  }

  /** The session is gone, so its name is free. */
  leave(session: Session<Identity>): void {
    this.#deps.places.leave(session);
    if (session.name !== undefined && this.#named.get(session.name) === session) this.#named.delete(session.name);
  }

  /**
   * One connection for each name. As long as the first one answers, it stays and the second is refused. If it does not
   * answer, as after a link that broke unnoticed, the second takes its place.
   */
  async #takeName(session: Session<Identity>, name: string): Promise<ReturnCode> {
    const first = this.#named.get(name);
    if (first) {
      const both = { name, first: first.from };
      // A third one must try again when it is clear which of the two stays.
      if (first.contested) return this.#refuse(session, 'name', ReturnCode.unavailable, both);
      first.contested = true;
      const answers = await first.answers(this.#deps.takeoverMs);
      first.contested = false;
      if (session.gone) return ReturnCode.unavailable;
      if (answers === 'yes') return this.#refuse(session, 'name', ReturnCode.identifierRejected, both);
      if (answers === 'unsure') return this.#refuse(session, 'name', ReturnCode.unavailable, both);
      if (!first.gone) {
        const details = { name, first: first.from, second: session.from };
        this.#deps.log.warn(`takeover ${name}`, details, 'the first connection is silent, a second takes over');
      }
    }
    session.name = name;
    this.#named.set(name, session);
    if (first && !first.gone) {
      first.socket.destroy();
      // Its last will must be published before anything from the new connection.
      await first.left;
    }
    return ReturnCode.accepted;
  }

  #refuse(session: Session<Identity>, what: keyof typeof reasons, code: ReturnCode, details: object): ReturnCode {
    this.#deps.counts.refused[what]++;
    const { from, address, givenId } = session;
    this.#deps.log.warn(`${what} ${address}`, { from, id: givenId, ...details, returnCode: code }, reasons[what]);
    return code;
  }
}

const reasons = {
  id: 'connection refused: it has no client id, and asks for a session that lasts',
  credentials: 'credentials refused',
  will: 'connection refused: its last will is on a topic that is not its own',
  name: 'connection refused: another one of this name is there',
  place: 'connection refused: no place is left',
};
