import '../../internal/trusted-types.js';
import { define } from '../../internal/define.js';
import { PipelineFilter } from './pipeline-filter.js';

define('pipeline-filter', PipelineFilter);
