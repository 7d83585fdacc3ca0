import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { StoreError, type StoreErrorCode } from '../store/store-error.js';

/**
 * Why a request was refused. `_ROUTE`: no such path. `_METHOD`: the path has no such method. `_URL`: the path can't be
 * read or is too long. `_HTTP`: not HTTP, too slow, or a header that is too long. `_REQUEST`: a parameter or the body
 * is not valid. `_CURSOR`: the cursor does not come from a page. `_LABEL`: a label that is not in the bundle.
 * `_VERDICT`: no verdict of that sample. `_BODY`: the body is too large or not JSON. `_BUSY`: too many requests at
 * once. `_STORE`: the store's disk is full or faulty. `_FAILED`: a fault in DDNN.
 */
export type ApiErrorCode =
  | 'DDNN_API_ROUTE'
  | 'DDNN_API_METHOD'
  | 'DDNN_API_URL'
  | 'DDNN_API_HTTP'
  | 'DDNN_API_REQUEST'
  | 'DDNN_API_CURSOR'
  | 'DDNN_API_LABEL'
  | 'DDNN_API_VERDICT'
  | 'DDNN_API_BODY'
  | 'DDNN_API_BUSY'
  | 'DDNN_API_STORE'
  | 'DDNN_API_FAILED';

/** The one shape of every error response. */
export const ApiErrorBody = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'stable, for programs' }),
    message: Type.String({ description: 'for people' }),
    statusCode: Type.Integer(),
  }),
});

/** The errors that HTTP itself allows on every path. */
const ANY_PATH = [400, 405, 408, 414, 417, 431, 500, 503] as const;

/** The error responses of a path for its OpenAPI description: those of every path, and its own. */
export function errorResponses<S extends number = never>(...own: S[]) {
  const statuses = [...ANY_PATH, ...own];
  return Object.fromEntries(statuses.map((status) => [status, ApiErrorBody])) as Record<
    S | (typeof ANY_PATH)[number],
    typeof ApiErrorBody
  >;
}

/** A request that can't be answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly statusCode: number;

  constructor(code: ApiErrorCode, statusCode: number, message: string) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** Answers with {@link ApiErrorBody}, whatever went wrong. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = toApiError(error);
  if (refusal.statusCode >= 500) request.log.error({ err: error }, 'request failed');
  reply.code(refusal.statusCode).send(errorBody(refusal));
}

export function errorBody({ code, message, statusCode }: ApiError): Static<typeof ApiErrorBody> {
  return { error: { code, message, statusCode } };
}

const DISK = 'the store cannot do that for now; the log of the cloud says why';
/** The store's errors that a client is told; all others are reported as a fault in DDNN. */
const STORE_ERRORS: Partial<Record<StoreErrorCode, readonly [ApiErrorCode, number, string?]>> = {
  DDNN_STORE_CURSOR: ['DDNN_API_CURSOR', 400],
  DDNN_STORE_BUSY: ['DDNN_API_BUSY', 503],
  DDNN_STORE_SLOW: ['DDNN_API_BUSY', 503],
  DDNN_STORE_FULL: ['DDNN_API_STORE', 503, DISK],
  DDNN_STORE_READONLY: ['DDNN_API_STORE', 503, DISK],
  DDNN_STORE_DAMAGED: ['DDNN_API_STORE', 503, DISK],
  DDNN_STORE_FAILED: ['DDNN_API_STORE', 503, DISK],
};

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const [code, status, words] = (error instanceof StoreError && STORE_ERRORS[error.code]) || [];
  if (code) return new ApiError(code, status!, words ?? (error as StoreError).message);
  const { validation, validationContext, statusCode, message = 'bad request' } = error as Partial<FastifyError>;
  if (validation || validationContext) return new ApiError('DDNN_API_REQUEST', 400, message);
  const { code: theirs } = error as Partial<FastifyError>;
  if (theirs === 'FST_ERR_BAD_URL' || theirs === 'FST_ERR_MAX_PARAM_LENGTH') {
    return new ApiError('DDNN_API_URL', statusCode!, message);
  }
  // Errors of Fastify itself: a body that is too large, not JSON, or of another media type.
  if (statusCode && statusCode < 500) return new ApiError('DDNN_API_BODY', statusCode, message);
  return new ApiError('DDNN_API_FAILED', 500, 'internal error');
}
