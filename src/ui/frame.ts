/** A frame that has not come by then is not coming: the page is covered, say. Milliseconds. */
export const FRAME_TIMEOUT = 100;
