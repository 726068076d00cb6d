/** Of measures whose target may be missed: what was tried, and why it is not reached. By the id of the measure. */
export const TRIED = {
  'filter-longest':
    'Rows are hidden some hundred a frame, as many as the frame before allows. What is left is the layout of the list by the browser: hiding one row of it takes about as long as the plain loop does.',
};
