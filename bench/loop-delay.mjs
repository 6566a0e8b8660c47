// Loaded into the measured program (node --import): tells at its end how late its event loop was.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('exit', () => {
  const ms = (value) => (value / 1e6).toFixed(1);
  process.stderr.write(`LOOP ${JSON.stringify({ p99: ms(delay.percentile(99)), max: ms(delay.max) })}\n`);
});
