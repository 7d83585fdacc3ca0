// Asks the registry for known faults of all dependencies in package-lock.json. Exit code 1: there is one of level high
// or critical. If the registry can't be asked, one line says so, and nothing is concluded from it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const FATAL = ['high', 'critical'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
// Without retries, which take minutes: the next run asks again.
const ARGUMENTS = ['audit', '--json', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=30000'];

const { report, errors } = await audit();
if (report?.metadata?.vulnerabilities) {
  const { vulnerabilities: counts, dependencies } = report.metadata;
  const fatal = Object.values(report.vulnerabilities).filter(({ severity }) => FATAL.includes(severity));
  for (const { name, severity, via } of fatal) {
    const causes = via.map((cause) => (typeof cause === 'string' ? `through ${cause}` : `${cause.title} ${cause.url}`));
    console.log(`audit: ${name}: ${severity}: ${causes.join('; ')}`);
  }
  const levels = Object.entries(counts).filter(([level, count]) => level !== 'total' && count > 0);
  const found = levels.map(([level, count]) => `${count} ${level}`).join(', ') || 'no known fault';
  console.log(`audit: ${fatal.length > 0 ? 'failed' : 'passed'}: ${dependencies.total} packages, ${found}`);
  if (fatal.length > 0) process.exitCode = 1;
} else if (report?.message) {
  // npm says this of the registry's answer, or of the way there; a fault of ours has no message but a code.
  console.log(`audit: not available: ${oneLine(report.message)}, not passed, not failed`);
} else {
  console.log(`audit: failed: ${oneLine(report?.error?.summary ?? errors)}`);
  process.exitCode = 1;
}

/** What npm prints: its JSON, where it is that, and its standard error. */
function audit() {
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', ARGUMENTS, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      npm[name].on('data', (chunk) => {
        printed[name] += chunk;
      });
    }
    npm.once('error', reject);
    npm.once('close', () => resolve({ report: parsed(printed.stdout), errors: printed.stderr }));
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without line breaks, and without a password that the registry's URL may hold. */
function oneLine(text) {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\/\/[^/@ ]*@/g, '//')
    .trim();
}
