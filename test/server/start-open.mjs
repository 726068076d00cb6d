// For tests only: the reference server alone, which lets everyone in as the host of the tenant in the path.
import { loadServer } from '../../demo/server/load.mjs';
import { OPEN } from './open-access.mjs';

const { main } = await loadServer();
await main(OPEN);
