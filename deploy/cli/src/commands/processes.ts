import { createLogger, loadConfig, runProcess } from '@ddnn/process';

/** What a parent may tell an agent that it paces. */
interface CaptureMessage {
  readonly type: 'capture';
  readonly slot: number;
}

/** Runs one role of an installation until it is told to stop. */
export async function runRole(
  role: 'agent' | 'edge' | 'cloud',
  { config: file, set }: { config?: string; set: Record<string, string> },
): Promise<void> {
  if (role === 'agent') {
    const { Agent, AgentConfigSchema } = await import('@ddnn/device-agent');
    const config = loadConfig(AgentConfigSchema, { file, flags: set });
    const logger = createLogger({ name: `agent-${config.device}`, ...config.log });
    const agent = new Agent(config, { logger });
    if (config.pace === 'parent') {
      process.on('message', (message: CaptureMessage) => {
        if (message?.type === 'capture') void agent.capture(message.slot);
      });
    }
    runProcess({
      name: 'agent',
      logger,
      start: async () => ({ announce: await agent.start(), stop: () => agent.stop() }),
    });
  } else if (role === 'edge') {
    const { Edge, EdgeConfigSchema } = await import('@ddnn/edge-broker');
    const config = loadConfig(EdgeConfigSchema, { file, flags: set });
    const logger = createLogger({ name: 'edge', ...config.log });
    const edge = new Edge(config, { logger });
    runProcess({
      name: 'edge',
      logger,
      start: async () => ({ announce: await edge.start(), stop: () => edge.stop() }),
    });
  } else {
    const { Cloud, CloudConfigSchema } = await import('@ddnn/cloud-api');
    const config = loadConfig(CloudConfigSchema, { file, flags: set });
    const logger = createLogger({ name: 'cloud', ...config.log });
    const cloud = new Cloud(config, { logger });
    runProcess({
      name: 'cloud',
      logger,
      start: async () => ({ announce: await cloud.start(), stop: () => cloud.stop() }),
    });
  }
}
