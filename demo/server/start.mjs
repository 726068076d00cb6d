// node demo/server/start.mjs: the reference server alone. PORT, DATABASE_URL, DATA_FOLDER…: see openApi in main.ts.
import { loadServer } from './load.mjs';

const { main } = await loadServer();
await main();
