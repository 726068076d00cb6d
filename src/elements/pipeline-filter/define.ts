import '../../ui/trusted-types.js';
import { define } from '../../ui/define.js';
import { PipelineFilter } from './pipeline-filter.js';

define('pipeline-filter', PipelineFilter);
