/** Copies everything that an adapter has into a file or another adapter, and back. */
export { exportCsv } from './csv.js';
export { exportPipeline, type ExportOptions } from './export.js';
export { ImportError, type LineProblem } from './format.js';
export { importPipeline, type ImportResult, type ImportSource } from './import.js';
export type {
  ConversationRecord,
  Export,
  Import,
  StatusRecord,
  TransferOptions,
  WithTransfer,
} from '../adapters/transfer.js';
