import { createLogger, exposedSecret, type Logger, loadConfig, type Startable } from '@ddnn/process';

/** One role of an installation. */
export type Role = 'agent' | 'edge' | 'cloud';

/** An agent, edge or cloud that is made and not yet started. */
export interface Unit extends Startable<object> {
  /** Triggers a sample on an agent whose pace is `parent`. */
  capture?(slot: number): Promise<void>;
}

/**
 * Where the settings of a unit come from, its name in the log, and who is told an error after which it cannot go on.
 */
export interface UnitOptions {
  readonly name?: string;
  readonly file?: string | undefined;
  /** Of a fleet that gives its members their settings. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Of `--set`; a secret among them is refused. */
  readonly commandLine?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly giveUp?: (error: Error) => void;
}

/** Reads the settings of a role and makes it, loading only its own room. @throws ConfigError */
export async function createUnit(
  role: Role,
  { name, giveUp, ...sources }: UnitOptions,
): Promise<{ unit: Unit; logger: Logger }> {
  const heard = giveUp ? { giveUp } : {};
  if (role === 'agent') {
    const { Agent, AgentConfigSchema } = await import('@ddnn/device-agent');
    const config = loadConfig(AgentConfigSchema, sources);
    const logger = createLogger({ name: name ?? `agent-${config.device}`, ...config.log });
    warnOfExposed(AgentConfigSchema, sources.file, logger);
    return { unit: new Agent(config, { logger, ...heard }), logger };
  }
  if (role === 'edge') {
    const { Edge, EdgeConfigSchema } = await import('@ddnn/edge-broker');
    const config = loadConfig(EdgeConfigSchema, sources);
    const logger = createLogger({ name: name ?? 'edge', ...config.log });
    warnOfExposed(EdgeConfigSchema, sources.file, logger);
    return { unit: new Edge(config, { logger, ...heard }), logger };
  }
  const { Cloud, CloudConfigSchema } = await import('@ddnn/cloud-api');
  const config = loadConfig(CloudConfigSchema, sources);
  const logger = createLogger({ name: name ?? 'cloud', ...config.log });
  warnOfExposed(CloudConfigSchema, sources.file, logger);
  return { unit: new Cloud(config, { logger }), logger };
}

function warnOfExposed(schema: Parameters<typeof exposedSecret>[0], file: string | undefined, logger: Logger): void {
  const warning = file === undefined ? undefined : exposedSecret(schema, file);
  if (warning) logger.warn(warning);
}
