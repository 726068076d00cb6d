/** Runs commands and named steps. */
import { spawn } from 'node:child_process';

/** Runs a command, and resolves to its exit code and output; `isShown` also prints the output as it comes. */
export function run(command, args, { isShown = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        output += chunk;
        if (isShown) process[stream].write(chunk);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/**
 * Runs named steps in order, and prints a line for each. Resolves to whether all succeeded; can stop at the first
 * failure.
 */
export async function runSteps(steps, { stopsAtFailure = false } = {}) {
  let isOk = true;
  for (const [name, step] of steps) {
    const start = performance.now();
    let problem;
    try {
      const result = await step();
      if (result?.code) problem = result.output;
    } catch (error) {
      problem = error.stack ?? String(error);
    }
    console.log(
      `${problem === undefined ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
    if (problem === undefined) continue;
    console.log(problem.trim());
    isOk = false;
    if (stopsAtFailure) break;
  }
  return isOk;
}
