export { connectionProblem } from './connection-problem.js';
export { MqttSession, type SessionEvents, type SessionOptions } from './mqtt-session.js';
