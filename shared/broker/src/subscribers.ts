/** Whether an MQTT filter covers a topic (MQTT 3.1.1, 4.7); topics that begin with `$` are not for it. */
export function covers(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** Who has subscribed to what. */
export class Subscribers<Client> {
  /** Rises with every change. */
  version = 0;
  readonly #filters = new Map<Client, Map<string, number>>();

  /** @param qos granted; 128: refused */
  add(client: Client, filter: string, qos: number): void {
    if (qos > 2) return;
    const filters = this.#filters.get(client);
    if (filters) filters.set(filter, qos);
    else this.#filters.set(client, new Map([[filter, qos]]));
    this.version++;
  }

  remove(client: Client, filter: string): void {
    const filters = this.#filters.get(client);
    if (!filters?.delete(filter)) return;
    if (filters.size === 0) this.#filters.delete(client);
    this.version++;
  }

  /** The client is gone. */
  drop(client: Client): void {
    if (this.#filters.delete(client)) this.version++;
  }

  /** Clients with a filter that covers the topic, and the highest QoS of those filters. */
  of(topic: string): Map<Client, number> {
    const found = new Map<Client, number>();
    for (const [client, filters] of this.#filters) {
      const granted = [...filters].filter(([filter]) => covers(filter, topic)).map(([, qos]) => qos);
      if (granted.length > 0) found.set(client, Math.max(...granted));
    }
    return found;
  }
}
