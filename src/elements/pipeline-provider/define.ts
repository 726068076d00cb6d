/** Registers `<pipeline-provider>`. */
import '../../ui/trusted-types.js';
import { define } from '../../ui/dom.js';
import { PipelineProvider } from './pipeline-provider.js';

define('pipeline-provider', PipelineProvider);
