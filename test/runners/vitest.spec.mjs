// Runs the adapter suite under Vitest.
import { describe, it } from 'vitest';
import { runAdapterTests } from 'pipeline-elements/testing';
import { create } from './adapter.mjs';

describe('an adapter', () => {
  runAdapterTests({ describe, it, create });
});
