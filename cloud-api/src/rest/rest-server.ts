import { type Logger, listen } from '@ddnn/process';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { CloudConfig } from '../config.js';
import { sendError } from './api-error.js';
import { type AppOptions, app } from './app.js';
import { refuseExpectations, refuseUnreadable } from './unreadable-request.js';

/** How often the deadlines of connections are checked. */
const DEADLINE_CHECK_MS = 500;

/** The HTTP server of the REST API. */
export class RestServer {
  readonly #config: CloudConfig;
  readonly #options: AppOptions;
  readonly #logger: Logger;
  #fastify: FastifyInstance | undefined;

  constructor(config: CloudConfig, options: AppOptions, logger: Logger) {
    this.#config = config;
    this.#options = options;
    this.#logger = logger;
  }

  /** @returns the port. @throws ProcessError when it cannot be bound */
  async start(): Promise<number> {
    const { host, http } = this.#config;
    const fastify: FastifyInstance = Fastify({
      loggerInstance: this.#logger as FastifyBaseLogger,
      logController: new LogController({ disableRequestLogging: true }),
      bodyLimit: http.maxBodyBytes,
      requestTimeout: http.requestTimeoutMs,
      connectionTimeout: http.idleTimeoutMs,
      keepAliveTimeout: http.idleTimeoutMs,
      http: {
        requestTimeout: http.requestTimeoutMs,
        headersTimeout: Math.min(http.headerTimeoutMs, http.requestTimeoutMs),
        connectionsCheckingInterval: DEADLINE_CHECK_MS,
        // The app refuses these itself, in the one shape of errors.
        requireHostHeader: false,
      },
      frameworkErrors: sendError,
      clientErrorHandler: refuseUnreadable,
    });
    refuseExpectations(fastify.server);
    fastify.server.maxConnections = http.maxConnections;
    this.#fastify = fastify;
    await fastify.register(app, this.#options);
    await fastify.ready();
    return listen(fastify.server, { host, port: http.port, setting: 'http.port', hostSetting: 'host' });
  }

  /** Closes the port and every connection. Does nothing when not started. */
  async stop(): Promise<void> {
    const fastify = this.#fastify;
    this.#fastify = undefined;
    if (!fastify) return;
    fastify.server.closeAllConnections();
    await fastify.close();
  }
}
