import { createProgram } from './program.js';
import { reportFailure } from './terminal/failure.js';
import { endWithParent } from './terminal/parent-watch.js';
import { guardStandardStreams } from './terminal/standard-streams.js';

guardStandardStreams();
// npm sets this variable for processes that npx and npm run start.
if (process.env.npm_lifecycle_event !== undefined) endWithParent();
createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error);
  });
