import { createLogger, loadConfig, type Startable } from '@ddnn/process';

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
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly giveUp?: (error: Error) => void;
}

/** Reads the settings of a role and makes it, loading only its own room. @throws ConfigError */
export async function createUnit(
  role: Role,
  { name, giveUp, ...sources }: UnitOptions,
): Promise<{ unit: Unit; logger: ReturnType<typeof createLogger> }> {
  const heard = giveUp ? { giveUp } : {};
  if (role === 'agent') {
    const { Agent, AgentConfigSchema } = await import('@ddnn/device-agent');
    const config = loadConfig(AgentConfigSchema, sources);
    const logger = createLogger({ name: name ?? `agent-${config.device}`, ...config.log });
    return { unit: new Agent(config, { logger, ...heard }), logger };
  }
  if (role === 'edge') {
    const { Edge, EdgeConfigSchema } = await import('@ddnn/edge-broker');
    const config = loadConfig(EdgeConfigSchema, sources);
    const logger = createLogger({ name: name ?? 'edge', ...config.log });
    return { unit: new Edge(config, { logger, ...heard }), logger };
  }
  const { Cloud, CloudConfigSchema } = await import('@ddnn/cloud-api');
  const config = loadConfig(CloudConfigSchema, sources);
  const logger = createLogger({ name: name ?? 'cloud', ...config.log });
  return { unit: new Cloud(config, { logger }), logger };
}
