import type { AddressInfo, Server } from 'node:net';
import { ProcessError, type ProcessErrorCode } from './process-error.js';

/** Where to listen, and the path of the setting that says so. */
export interface ListenOptions {
  readonly host: string;
  /** TCP port; 0 takes a free one */
  readonly port: number;
  /** such as `health.port`: what the user has to change when the port is taken */
  readonly setting: string;
  /** what to change when the host is not this machine's; beside the port when left out, such as `health.host` */
  readonly hostSetting?: string;
}

const REASONS: Readonly<Record<string, readonly [ProcessErrorCode, string]>> = {
  EADDRINUSE: ['DDNN_PROCESS_PORT_IN_USE', 'the port is already in use'],
  EACCES: ['DDNN_PROCESS_PORT_FORBIDDEN', 'the port needs more rights than this process has'],
  EADDRNOTAVAIL: ['DDNN_PROCESS_HOST_UNAVAILABLE', 'the host is not an address of this machine'],
  ENOTFOUND: ['DDNN_PROCESS_HOST_UNAVAILABLE', 'the host is not known'],
};

/**
 * Makes a TCP, TLS or HTTP server listen.
 *
 * @returns the port, also when 0 was asked for
 * @throws ProcessError when the port is in use or may not be bound, or the host is not this machine's
 */
export function listen(server: Server, { host, port, setting, hostSetting }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      const reason = REASONS[cause.code ?? ''];
      if (!reason) return reject(cause);
      const [code, why] = reason;
      const wrong =
        code === 'DDNN_PROCESS_HOST_UNAVAILABLE' ? (hostSetting ?? setting.replace(/port$/, 'host')) : setting;
      const message = `cannot listen on port ${port} of ${host}: ${why}; change the setting ${wrong}`;
      reject(new ProcessError(code, message, { cause }));
    };
    const onListening = () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host, port });
  });
}
