/** Registers all elements. */
import './elements/pipeline-provider/define.js';
import './elements/pipeline-settings/define.js';
import './elements/pipeline-status-picker/define.js';
import './elements/pipeline-filter/define.js';
