import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { announced, deepActiveElement, queryByRole, until } from '../../../test/support.js';
import { pipeline, picker, trigger, shown, options, press } from './test-picker.js';

describe('<pipeline-status-picker> the search', () => {
  it('searches above the threshold, with focus in the field', async () => {
    const names = Array.from({ length: 13 }, (_, i) => `Step ${i + 1}`);
    const element = await picker(await pipeline([...names, 'Café']));
    element.focus();
    await press('Enter');
    const field = await until(() => queryByRole(element, 'combobox', 'Search statuses'));
    await until(() => deepActiveElement() === field);
    await sendKeys({ type: 'cafe' });
    await until(() => options(element).length === 1);
    expect(options(element)).to.deep.equal(['Café']);
    await until(() => announced().includes('1 status found'));
    await press('Enter');
    await until(() => shown(element) === 'Café');
    expect(deepActiveElement()).to.equal(trigger(element));
  });
});
