import type { Check, Metrics } from '@ddnn/process';
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
    const failing: Record<string, string> = {};
    for (const [name, check] of Object.entries(checks)) {
      const result = await outcome(check);
      if (result !== true) failing[name] = result;
    }
    const ready = Object.keys(failing).length === 0;
    return reply.code(ready ? 200 : 503).send(ready ? { status: 'ready' } : { status: 'not ready', failing });
  });
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
};

async function outcome(check: Check): Promise<true | string> {
  try {
    const result = await check();
    return result === false ? 'not ready' : result;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
