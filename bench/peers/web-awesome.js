/** Web Awesome as a peer. */
import '@awesome.me/webawesome/dist/components/select/select.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import { selectPeer } from '../page/select-peer.js';

export const { prepare, mount, unmount, isReady, shown, isOpen, rename } = selectPeer('wa');
