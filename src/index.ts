/** Everything of the package but the adapters' internals; importing it registers nothing. */
export * from './adapter.js';
export { IndexedDBAdapter } from './adapters/indexeddb/adapter.js';
export { MemoryAdapter } from './adapters/memory.js';
export { RestAdapter } from './adapters/rest/adapter.js';
export { PipelineFilter } from './elements/pipeline-filter/pipeline-filter.js';
export { PipelineProvider } from './elements/pipeline-provider/pipeline-provider.js';
export { PipelineSettings } from './elements/pipeline-settings/pipeline-settings.js';
export { PipelineStatusPicker } from './elements/pipeline-status-picker/pipeline-status-picker.js';
export * from './events.js';
export { registerLocale, type LocaleSource } from './ui/localize.js';
export type { Message, MessageKey, Messages } from './locales/en.js';
export { DEFAULT_PALETTE, type PaletteColor } from './model/color.js';
export { EMPTY_FILTER, formatFilter, isEmptyFilter, parseFilterQuery, sameFilter } from './model/filter.js';
export { setDefaultAdapter } from './store/context.js';
