/** Registers all elements. */
import './ui/trusted-types.js';
import './elements/pipeline-provider/define.js';
// Before the others: it needs lit-html at once, and where the page's policy refuses that, none of them must start.
import './elements/pipeline-filter/define.js';
import './elements/pipeline-settings/define.js';
import './elements/pipeline-status-picker/define.js';
