/** The entry point of the bundle that the workers load: one bundle, so that there is one class of errors. */
export { actsOf } from './acts.js';
export { Chaos } from './chaos.js';
export { roundsOf, runScenario } from './scenario.js';
