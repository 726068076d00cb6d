/** Shoelace as a peer. */
import '@shoelace-style/shoelace/dist/components/select/select.js';
import '@shoelace-style/shoelace/dist/components/option/option.js';
import { selectPeer } from '../page/select-peer.js';

export const { prepare, mount, unmount, isReady, shown, isOpen, rename } = selectPeer('sl');
