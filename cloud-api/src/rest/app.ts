import type { Check, Metrics } from '@ddnn/process';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync } from 'fastify';
import { ApiError, sendError } from './api-error.js';
import { processRoutes } from './process-routes.js';
import { type SiteRouteOptions, siteRoutes } from './site-routes.js';
import { validatorCompiler } from './validator.js';
import { type VerdictRouteOptions, verdictRoutes } from './verdict-routes.js';

/** What the REST API serves from. */
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
  fastify.get('/openapi.json', { schema: { hide: true } }, async () => fastify.swagger());
  await fastify.register(verdictRoutes, options);
  await fastify.register(siteRoutes, options);
  await fastify.register(processRoutes, options);
};
