import { workerData } from 'node:worker_threads';
import { serve, type WorkerTools } from './crew.js';

/* A thread of {@link Crew}. */
serve(workerData as WorkerTools);
