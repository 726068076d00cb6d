/** Registers `<pipeline-filter>`. */
import '../../ui/trusted-types.js';
import { define } from '../../ui/dom.js';
import { PipelineFilter } from './pipeline-filter.js';

define('pipeline-filter', PipelineFilter);
