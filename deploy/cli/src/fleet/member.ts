import { type ChildProcess, fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, LogLevel, ParentMessage } from '@ddnn/process';
import { createUnit, type Role } from './create-unit.js';

/** A started agent, edge or cloud. */
export interface Member {
  readonly role: Role;
  /** Ports, as the role announces them. */
  readonly announce: Readonly<Record<string, number>>;
  /** False once it has stopped or died. */
  readonly alive: boolean;
  /** Triggers a sample on an agent whose pace is `parent`. */
  capture(slot: number): void;
  stop(): Promise<void>;
  /** Ends it at once, like a power cut. */
  kill(): void;
}

/** The message by which a parent triggers a sample on an agent whose pace is `parent`. */
export interface CaptureMessage {
  readonly type: 'capture';
  readonly slot: number;
}

/** Where and how members run. */
export interface MemberOptions {
  readonly folder: string;
  readonly oneProcess: boolean;
  readonly logLevel: LogLevel;
}

/** A member that could not start: carries the code and message of the member's own error. */
export class MemberError extends Error {
  override readonly name = 'MemberError';
  readonly code: string;
  readonly userFault: boolean;

  constructor(role: Role, code: string, message: string, userFault: boolean) {
    super(`${role}: ${message}`);
    this.code = code;
    this.userFault = userFault;
  }
}

const BIN = fileURLToPath(new URL('../../bin/ddnn.js', import.meta.url));

/** Starts a role with that configuration; resolves when it is ready. */
export function startMember(role: Role, name: string, config: object, options: MemberOptions): Promise<Member> {
  const settings = { ...config, log: { level: options.logLevel } };
  return options.oneProcess ? startInside(role, name, settings) : startProcess(role, name, settings, options.folder);
}

async function startProcess(role: Role, name: string, config: object, folder: string): Promise<Member> {
  const file = path.join(folder, `${name}.yaml`);
  // JSON is also YAML, so the file with a member's settings can be read, and used again by hand.
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  // Detached, so that Ctrl-C reaches only this process, which stops the members in order. If this process is gone, they
  // stop by themselves.
  const child = fork(BIN, [role, '--config', file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true });
  const announce = await readiness(child, role);
  // A member that has died a moment ago can't be told, and its exit says so. One that lost its parent stops by itself.
  const tell = (message: ParentMessage | CaptureMessage) => {
    if (child.connected) child.send(message, () => {});
  };
  return {
    role,
    announce,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    capture(slot) {
      tell({ type: 'capture', slot });
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      tell({ type: 'stop' });
      await gone;
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}

function readiness(child: ChildProcess, role: Role): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'ready') resolve(message as unknown as Record<string, number>);
      else if (message.type === 'failed')
        reject(new MemberError(role, message.code, message.message, message.userFault));
    });
    child.once('exit', (code, signal) =>
      reject(
        new MemberError(role, 'DDNN_CLI_MEMBER', `ended with ${signal ?? `code ${code}`} before it was ready`, false),
      ),
    );
  });
}

async function startInside(role: Role, name: string, config: object): Promise<Member> {
  const { unit } = await createUnit(role, { name, flags: { ...config }, env: {} });
  const announce = { ...(await unit.start()) } as Record<string, number>;
  let alive = true;
  const stop = async () => {
    alive = false;
    await unit.stop();
  };
  return {
    role,
    announce,
    get alive() {
      return alive;
    },
    capture(slot) {
      if (alive) void unit.capture?.(slot);
    },
    stop,
    kill() {
      // In one process, a member can't be killed; an orderly stop is the nearest thing.
      void stop();
    },
  };
}
