/** What `/v1/stats` says, as far as the command prints it. */
export interface CloudStats {
  readonly samples: number;
  readonly exits: { local: number; edge: number; cloud: number; fallback: number };
  readonly accuracy: number | null;
  readonly balancedAccuracy: number | null;
  readonly bytes: { payloadPerView: number | null; wirePerView: number | null; sessionBytes: number };
}

const LABELS_A_REQUEST = 1000;

/** The REST calls that the command makes. */
export class CloudClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Tells the cloud what samples really were. */
  async putLabels(site: string, labels: readonly { slot: number; label: string }[]): Promise<void> {
    for (let first = 0; first < labels.length; first += LABELS_A_REQUEST) {
      const part = labels.slice(first, first + LABELS_A_REQUEST);
      await this.#call('/v1/labels', { method: 'PUT', body: JSON.stringify({ site, labels: part }) });
    }
  }

  stats(): Promise<CloudStats> {
    return this.#call('/v1/stats', {}) as Promise<CloudStats>;
  }

  async #call(path: string, init: RequestInit): Promise<unknown> {
    const json = init.body ? { headers: { 'content-type': 'application/json' } } : {};
    const response = await fetch(`${this.#url}${path}`, { ...init, ...json });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
