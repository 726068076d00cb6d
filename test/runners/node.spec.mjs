// Runs the adapter suite under Node's test runner.
import { describe, it } from 'node:test';
import { runAdapterTests } from 'pipeline-elements/testing';
import { create } from './adapter.mjs';

describe('an adapter', () => {
  runAdapterTests({ describe, it, create });
});
