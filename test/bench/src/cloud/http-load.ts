import { Agent, request } from 'node:http';
import type { Answers } from './answers.js';
import type { BenchSample } from './samples.js';

/**
 * Several keep-alive connections to the naive server, one request on each at a time; the bodies are written beforehand.
 */
export class HttpLoad {
  readonly #port: number;
  readonly #pool: readonly BenchSample[];
  readonly #bodies: readonly Buffer[];
  readonly #answers: Answers;
  readonly #agent: Agent;
  readonly #connections: number;

  constructor(
    pool: readonly BenchSample[],
    answers: Answers,
    { port, connections }: { port: number; connections: number },
  ) {
    this.#port = port;
    this.#connections = connections;
    this.#pool = pool;
    this.#answers = answers;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#bodies = pool.map(({ floats }) => Buffer.from(JSON.stringify({ features: floats })));
  }

  /** Keeps every connection busy for so long; resolves when everything is answered. */
  async run(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    let next = 0;
    const loop = async () => {
      while (performance.now() < until) await this.#ask(next++ % this.#pool.length);
    };
    await Promise.all(Array.from({ length: this.#connections }, loop));
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(sample: number): Promise<void> {
    const sentAt = performance.now();
    const body = this.#bodies[sample];
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: this.#port, path: '/decide', method: 'POST', agent: this.#agent, headers };
      const asked = request(to, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          if (response.statusCode !== 200) return reject(new Error(`the naive server answered ${response.statusCode}`));
          const { classIndex } = JSON.parse(Buffer.concat(chunks).toString()) as { classIndex: number };
          this.#answers.add(classIndex === this.#pool[sample].classIndex, performance.now() - sentAt);
          resolve();
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}
