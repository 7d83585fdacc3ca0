import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { StoredVerdict, VerdictStore } from '../store/verdict-store.js';
import { ApiError, errorResponses } from './api-error.js';
import { ExitSchema, SiteName, Slot, VerdictPageSchema, VerdictSchema } from './schemas.js';

export interface VerdictRouteOptions {
  readonly store: VerdictStore;
  readonly pageSize: number;
  readonly maxPageSize: number;
}

const strict = { additionalProperties: false };

/** The field `entropy` was renamed `uncertainty`; clients that still read the old name get it too. */
function withOldName(verdict: StoredVerdict) {
  const { uncertainty: entropy, revised } = verdict;
  return { ...verdict, entropy, revised: revised && { ...revised, entropy: revised.uncertainty } };
}

/** `/v1/verdicts` and one verdict. */
export const verdictRoutes: FastifyPluginAsyncTypebox<VerdictRouteOptions> = async (app, options) => {
  const { store, pageSize, maxPageSize } = options;
  const Query = Type.Object(
    {
      site: Type.Optional(SiteName),
      exit: Type.Optional(ExitSchema),
      class: Type.Optional(Type.String({ maxLength: 64, description: 'name of a class, or "none"' })),
      from: Type.Optional(
        Type.Integer({ minimum: 0, description: 'captured (else stored) at or after, Unix time in ms' }),
      ),
      to: Type.Optional(Type.Integer({ minimum: 0, description: 'captured (else stored) before, Unix time in ms' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPageSize, default: pageSize })),
      cursor: Type.Optional(Type.String({ maxLength: 64, description: '"next" of the page before' })),
    },
    strict,
  );
  app.get(
    '/v1/verdicts',
    {
      schema: {
        summary: 'Verdicts, newest first',
        tags: ['verdicts'],
        querystring: Query,
        response: { 200: VerdictPageSchema, ...errorResponses() },
      },
    },
    async ({ query }) => {
      const { class: name, limit = pageSize } = query;
      const { verdicts, next } = await store.verdicts({ ...query, class: name?.normalize(), limit });
      return { verdicts: verdicts.map(withOldName), next };
    },
  );

  app.get(
    '/v1/verdicts/:site/:sample',
    {
      schema: {
        summary: 'The verdict of one sample',
        tags: ['verdicts'],
        params: Type.Object({ site: SiteName, sample: Slot }),
        response: { 200: VerdictSchema, ...errorResponses(404) },
      },
    },
    async ({ params: { site, sample } }) => {
      const verdict = await store.verdict(site, sample);
      if (!verdict) throw new ApiError('DDNN_API_VERDICT', 404, `site ${site} has no verdict of sample ${sample}`);
      return withOldName(verdict);
    },
  );
};
