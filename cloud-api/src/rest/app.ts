import type { Check, Metrics } from '@ddnn/process';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, sendError } from './api-error.js';
import { processRoutes } from './process-routes.js';
import { type SiteRouteOptions, siteRoutes } from './site-routes.js';
import { validatorCompiler } from './validator.js';
import { type VerdictRouteOptions, verdictRoutes } from './verdict-routes.js';

/** What the REST API needs. */
export interface AppOptions extends VerdictRouteOptions, SiteRouteOptions {
  readonly version: string;
  readonly metrics: Metrics;
  readonly checks: Readonly<Record<string, Check>>;
}

/** The REST API as a plain Fastify plugin: it can be registered on any server. */
export const app: FastifyPluginAsync<AppOptions> = async (fastify, options) => {
  fastify.setValidatorCompiler(validatorCompiler);
  fastify.setErrorHandler(sendError);
  fastify.setNotFoundHandler((request) => {
    throw new ApiError('DDNN_API_ROUTE', 404, `there is no ${request.method} ${request.url.split('?', 1)[0]}`);
  });
  // HTTP 1.1 forbids a request without a host, but Fastify accepts it.
  fastify.addHook('onRequest', async ({ headers, raw }) => {
    if (headers.host === undefined && raw.httpVersion === '1.1') {
      throw new ApiError('DDNN_API_HTTP', 400, 'the header Host is missing');
    }
  });
  await fastify.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'DDNN cloud',
        description: 'What the cloud knows: verdicts, sites, devices and statistics.',
        version: options.version,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'verdicts', description: 'The answers, one a site and sample' },
        { name: 'sites', description: 'Edges and devices' },
        { name: 'statistics', description: 'Exits, bytes, accuracy' },
      ],
    },
  });
  await fastify.register(swaggerUi, { routePrefix: '/docs' });
  const methods = collectMethods(fastify);
  fastify.get('/openapi.json', { schema: { hide: true } }, async () => fastify.swagger());
  await fastify.register(verdictRoutes, options);
  await fastify.register(siteRoutes, options);
  await fastify.register(processRoutes, options);
  refuseOtherMethods(fastify, methods);
};

/** The methods of each path, filled while routes are registered. */
function collectMethods(fastify: FastifyInstance): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  fastify.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()]);
  });
  return methods;
}

/** A path that exists answers 405 to a method that it does not have, and lists those that it has. */
function refuseOtherMethods(fastify: FastifyInstance, methods: ReadonlyMap<string, readonly string[]>): void {
  for (const [url, allowed] of [...methods]) {
    const method = fastify.supportedMethods.filter((each) => !allowed.includes(each));
    const refuse = async ({ method }: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allowed.join(', '));
      throw new ApiError('DDNN_API_METHOD', 405, `${url} has no method ${method}`);
    };
    // Before the body is read, because nobody needs it.
    fastify.route({ method, url, schema: { hide: true }, onRequest: refuse, handler: refuse });
  }
}
