import '../../internal/trusted-types.js';
import { define } from '../../internal/define.js';
import { PipelineSettings } from './pipeline-settings.js';

define('pipeline-settings', PipelineSettings);
