import { type Check, failingChecks, type Metrics } from '@ddnn/process';
import type { FastifyPluginAsync } from 'fastify';

export interface ProcessRouteOptions {
  readonly metrics: Metrics;
  /** By the name that `/readyz` shows. */
  readonly checks: Readonly<Record<string, Check>>;
}

/** `/healthz` (200 while the process lives), `/readyz` (200, or 503 with the failing checks) and `/metrics`. */
export const processRoutes: FastifyPluginAsync<ProcessRouteOptions> = async (app, { metrics, checks }) => {
  const schema = { hide: true };
  app.get('/healthz', { schema }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema }, async (_request, reply) => {
    const failing = await failingChecks(checks);
    const ready = Object.keys(failing).length === 0;
    return reply.code(ready ? 200 : 503).send(ready ? { status: 'ready' } : { status: 'not ready', failing });
  });
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
};
