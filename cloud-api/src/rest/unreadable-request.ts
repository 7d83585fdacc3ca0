import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, errorBody } from './api-error.js';

const TYPE = 'application/json; charset=utf-8';
/** By the code of Node's error; any other code means that the bytes are not HTTP. */
const REFUSALS: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are too long'],
};

/** Answers a connection whose bytes could not be read as a request, in the shape of every error, and closes it. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = REFUSALS[error.code ?? ''] ?? ['400 Bad Request', 'this is not HTTP'];
  const body = JSON.stringify(errorBody(new ApiError('DDNN_API_HTTP', Number.parseInt(status, 10), message)));
  const headers = `content-type: ${TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`, () => socket.destroy());
}

/** For an `Expect` header that Node does not know, Node itself would answer without a body. */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
    const error = new ApiError('DDNN_API_HTTP', 417, `Expect: ${headers.expect} is not supported`);
    const body = JSON.stringify(errorBody(error));
    const length = Buffer.byteLength(body);
    response.writeHead(417, { 'content-type': TYPE, 'content-length': length, connection: 'close' });
    response.end(body);
  });
}
