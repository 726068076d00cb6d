import '../../internal/trusted-types.js';
import { define } from '../../internal/define.js';
import { PipelineStatusPicker } from './pipeline-status-picker.js';

define('pipeline-status-picker', PipelineStatusPicker);
