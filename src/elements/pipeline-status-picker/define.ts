import '../../ui/trusted-types.js';
import { define } from '../../ui/define.js';
import { PipelineStatusPicker } from './pipeline-status-picker.js';

define('pipeline-status-picker', PipelineStatusPicker);
