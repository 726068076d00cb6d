import '../../ui/trusted-types.js';
import { define } from '../../ui/define.js';
import { PipelineProvider } from './pipeline-provider.js';

define('pipeline-provider', PipelineProvider);
