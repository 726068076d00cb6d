/** Registers `<pipeline-settings>`. */
import '../../ui/trusted-types.js';
import { define } from '../../ui/dom.js';
import { PipelineSettings } from './pipeline-settings.js';

define('pipeline-settings', PipelineSettings);
