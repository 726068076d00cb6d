// Runs the adapter suite under Mocha.
/* global describe, it */
import { runAdapterTests } from 'pipeline-elements/testing';
import { create } from './adapter.mjs';

describe('an adapter', () => {
  runAdapterTests({ describe, it, create });
});
