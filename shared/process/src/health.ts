import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from './listen.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** True when ready; false, or a sentence why, when not. */
export type CheckResult = boolean | string;

/** A condition of being ready, such as the connection to the broker. */
export type Check = () => CheckResult | Promise<CheckResult>;

export interface HealthOptions {
  readonly host: string;
  /** TCP port; 0 takes a free one */
  readonly port: number;
  readonly metrics: Metrics;
  /** by the name that `/readyz` shows */
  readonly checks: Readonly<Record<string, Check>>;
  /** what an operator should know though it does not keep the process from being ready; undefined: nothing now */
  readonly notes?: Readonly<Record<string, () => string | undefined>>;
  readonly logger: Logger;
  /** a check that takes longer has failed; 2,000 when left out */
  readonly checkTimeoutMs?: number;
}

const MAX_CONNECTIONS = 64;
/** A request is only a line and some headers, so connections are closed early, to free places for others. */
const REQUEST_TIMEOUT_MS = 2_000;
const DEADLINE_CHECK_MS = 500;
const IDLE_TIMEOUT_MS = 5_000;
const CHECK_TIMEOUT_MS = 2_000;

/**
 * Serves `/healthz` (200 while the process lives), `/readyz` (200, or 503 with the failing checks; notes in both) and
 * `/metrics`.
 */
export class HealthServer {
  readonly #options: HealthOptions;
  #server: Server | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** @returns the port. @throws ProcessError when it cannot be bound */
  async start(): Promise<number> {
    const { host, port, logger } = this.#options;
    const server = createServer(
      {
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: DEADLINE_CHECK_MS,
      },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => {
          logger.error({ err: error }, 'health request failed');
          if (!response.headersSent) sendJson(response, 500, { error: 'internal error' });
          else response.destroy();
        });
      },
    );
    server.maxConnections = MAX_CONNECTIONS;
    // A client that does not read the answer.
    server.timeout = IDLE_TIMEOUT_MS;
    const bound = await listen(server, { host, port, setting: 'health.port' });
    this.#server = server;
    return bound;
  }

  /** Closes the port and every connection. Does nothing when not started. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendJson(response, 405, { error: `method ${request.method} is not allowed` });
    }
    const path = (request.url ?? '/').split('?', 1)[0]!;
    switch (path) {
      case '/healthz':
        return sendJson(response, 200, { status: 'ok' });
      case '/readyz': {
        const failing = await failingChecks(this.#options.checks, this.#options.checkTimeoutMs);
        const ready = Object.keys(failing).length === 0;
        const notes = Object.entries(this.#options.notes ?? {}).map(([name, note]) => [name, note()]);
        const told = notes.some(([, note]) => note) ? { notes: Object.fromEntries(notes) } : {};
        const state = ready ? { status: 'ready' } : { status: 'not ready', failing };
        return sendJson(response, ready ? 200 : 503, { ...state, ...told });
      }
      case '/metrics': {
        const { metrics } = this.#options;
        return send(response, 200, metrics.contentType, await metrics.text());
      }
      default:
        return sendJson(response, 404, { error: `there is no ${path}; there are /healthz, /readyz and /metrics` });
    }
  }
}

/** The checks that fail, each with why. One that takes longer than `timeoutMs` has failed. */
export async function failingChecks(
  checks: Readonly<Record<string, Check>>,
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<Record<string, string>> {
  const names = Object.keys(checks);
  const results = await Promise.all(names.map((name) => runCheck(checks[name]!, timeoutMs)));
  return Object.fromEntries(names.flatMap((name, index) => (results[index] === true ? [] : [[name, results[index]!]])));
}

async function runCheck(check: Check, timeoutMs: number): Promise<true | string> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
  });
  try {
    const result = await Promise.race([Promise.resolve().then(check), timedOut]);
    return result === false ? 'not ready' : result;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json; charset=utf-8', `${JSON.stringify(body)}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
