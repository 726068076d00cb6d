/* Entry point of the bundle for the model tests. One bundle, so that there is only one class of errors. */
export { actionsOf } from './actions.js';
export { FaultyNetwork } from './faulty-network.js';
export { roundsOf, runScenario } from './scenario.js';
