/** The states of the provider. */
import { until } from '../../support.js';
import { example, type State } from './helpers.js';

export const provider: Record<string, State> = {
  async 'all elements inside'(main) {
    const element = Object.assign(document.createElement('pipeline-provider'), { adapter: await example() });
    const picker = Object.assign(document.createElement('pipeline-status-picker'), { conversationId: 'c0' });
    element.append(picker, document.createElement('pipeline-filter'), document.createElement('pipeline-settings'));
    main.append(element);
    await until(() => !element.querySelector(':state(loading)'), 'the elements to load');
  },
};
