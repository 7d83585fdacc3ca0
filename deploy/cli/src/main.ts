import { createProgram } from './program.js';
import { reportFailure } from './terminal/failure.js';

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error);
  });
