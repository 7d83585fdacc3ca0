import { edgeGroups, type ResolvedArchitecture } from '@ddnn/model';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { labelNames, statistics } from '../store/statistics.js';
import type { StoredEdge, StoredTraffic, VerdictStore } from '../store/verdict-store.js';
import { ApiError, errorResponses } from './api-error.js';
import { DevicesSchema, SiteName, SitesSchema, Slot, StatisticsSchema } from './schemas.js';

export interface SiteRouteOptions {
  readonly store: VerdictStore;
  readonly architecture: ResolvedArchitecture;
  readonly maxLabels: number;
}

const strict = { additionalProperties: false };
const OfSite = Type.Object({ site: Type.Optional(SiteName) }, strict);

/** `/v1/sites`, `/v1/devices`, `/v1/stats` and `/v1/labels`. */
export const siteRoutes: FastifyPluginAsyncTypebox<SiteRouteOptions> = async (app, options) => {
  const { store, architecture, maxLabels } = options;
  const labels = labelNames(architecture.classes);
  const oneEdge = edgeGroups(architecture).length === 1;
  const viewsOf = ({ devices }: StoredTraffic) => (oneEdge ? architecture.views : devices.length);

  app.get(
    '/v1/sites',
    {
      schema: {
        summary: 'Sites and their edges',
        tags: ['sites'],
        response: { 200: SitesSchema, ...errorResponses() },
      },
    },
    async () => ({ sites: bySite(await store.edges()) }),
  );

  app.get(
    '/v1/devices',
    {
      schema: {
        summary: 'Devices, as their edges last reported them',
        tags: ['sites'],
        querystring: OfSite,
        response: { 200: DevicesSchema, ...errorResponses() },
      },
    },
    async ({ query }) => ({ devices: [...(await store.devices(query.site))] }),
  );

  app.get(
    '/v1/stats',
    {
      schema: {
        summary: 'Exits, bytes and, where labels are known, accuracy',
        tags: ['statistics'],
        querystring: OfSite,
        response: { 200: StatisticsSchema, ...errorResponses() },
      },
    },
    async ({ query }) => {
      const { bytes, ...rest } = statistics(await store.tally(query.site), viewsOf);
      return { ...rest, bytes: { ...bytes, devices: [...bytes.devices] } };
    },
  );

  const Label = Type.Object({ slot: Slot, label: Type.String({ maxLength: 64 }) }, strict);
  const Labels = Type.Object(
    { site: SiteName, labels: Type.Array(Label, { minItems: 1, maxItems: maxLabels }) },
    strict,
  );
  app.put(
    '/v1/labels',
    {
      schema: {
        summary: 'Says what samples really were; their verdicts may come later',
        tags: ['statistics'],
        body: Labels,
        response: { 200: Type.Object({ stored: Type.Integer() }), ...errorResponses(413, 415) },
      },
    },
    async ({ body }) => {
      // One word composed and decomposed (as macOS writes it) is one label.
      const given = body.labels.map(({ slot, label }) => ({ slot, label: label.normalize() }));
      const at = given.findIndex(({ label }) => !labels.includes(label));
      if (at >= 0) {
        const known = labels.join(', ');
        throw new ApiError('DDNN_API_LABEL', 400, `labels.${at}: label "${given[at].label}" is none of ${known}`);
      }
      await store.putLabels(body.site, given);
      return { stored: given.length };
    },
  );
};

function bySite(edges: readonly StoredEdge[]) {
  const sites = new Map<string, StoredEdge[]>();
  for (const edge of edges) sites.set(edge.site, [...(sites.get(edge.site) ?? []), edge]);
  return Array.from(sites, ([site, edges]) => ({ site, edges }));
}
