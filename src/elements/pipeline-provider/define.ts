import '../../internal/trusted-types.js';
import { define } from '../../internal/define.js';
import { PipelineProvider } from './pipeline-provider.js';

define('pipeline-provider', PipelineProvider);
