/* What the model tests use of the library and of their own, in one bundle: errors have to be of one class. */
export { actsOf } from './acts.js';
export { Chaos } from './chaos.js';
export { roundsOf, runScenario } from './scenario.js';
