export { Agent } from './agent.js';
export { AgentError } from './agent-error.js';
export { type Camera, CameraError } from './cameras/camera.js';
export { type AgentConfig, AgentConfigSchema } from './config.js';
export { AgentCore } from './core/agent-core.js';
