export { addBenchCommands } from './bench-commands.js';
