/** Registers `<pipeline-status-picker>`. */
import '../../ui/trusted-types.js';
import { define } from '../../ui/dom.js';
import { PipelineStatusPicker } from './pipeline-status-picker.js';

define('pipeline-status-picker', PipelineStatusPicker);
