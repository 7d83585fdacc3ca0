import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { StoreError } from '../store/store-error.js';

/**
 * Why a request was refused: `_ROUTE` there is no such path, `_REQUEST` a parameter or the body does not fit, `_CURSOR`
 * a cursor that no page gave, `_LABEL` a label the bundle does not know, `_VERDICT` no verdict of that sample, `_BODY`
 * a body too large or not JSON, `_BUSY` too many writes at once, `_FAILED` our fault.
 */
export type ApiErrorCode =
  | 'DDNN_API_ROUTE'
  | 'DDNN_API_REQUEST'
  | 'DDNN_API_CURSOR'
  | 'DDNN_API_LABEL'
  | 'DDNN_API_VERDICT'
  | 'DDNN_API_BODY'
  | 'DDNN_API_BUSY'
  | 'DDNN_API_FAILED';

/** The one shape of every error response. */
export const ApiErrorBody = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'stable, for programs' }),
    message: Type.String({ description: 'for people' }),
    statusCode: Type.Integer(),
  }),
});

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
  const { code, statusCode, message } = toApiError(error);
  if (statusCode >= 500) request.log.error({ err: error }, 'request failed');
  reply.code(statusCode).send({ error: { code, message, statusCode } });
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError && error.code === 'DDNN_STORE_CURSOR') {
    return new ApiError('DDNN_API_CURSOR', 400, error.message);
  }
  if (error instanceof StoreError && error.code === 'DDNN_STORE_BUSY') {
    return new ApiError('DDNN_API_BUSY', 503, error.message);
  }
  const { validation, validationContext, statusCode, message = 'bad request' } = error as Partial<FastifyError>;
  if (validation || validationContext) return new ApiError('DDNN_API_REQUEST', 400, message);
  // Fastify's own refusals: a body that is too large, no JSON, of another media type.
  if (statusCode && statusCode < 500) return new ApiError('DDNN_API_BODY', statusCode, message);
  return new ApiError('DDNN_API_FAILED', 500, 'internal error');
}
