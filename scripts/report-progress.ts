// One line on stderr per long step: a live counter on a terminal, otherwise the title at once and the seconds at its end.

/** Runs `work` under a progress line; the line shows the duration, or the failure. */
export async function reportStep<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const live = process.stderr.isTTY === true;
  const draw = () => process.stderr.write(`\r\x1b[K${title} … ${seconds()}`);
  if (live) draw();
  else process.stderr.write(`${title} … `);
  const timer = live ? setInterval(draw, 1000) : undefined;
  const end = (word: string) =>
    process.stderr.write(live ? `\r\x1b[K${title} … ${word}${seconds()}\n` : `${word}${seconds()}\n`);
  try {
    const result = await work();
    end("");
    return result;
  } catch (error) {
    end("failed after ");
    throw error;
  } finally {
    clearInterval(timer);
  }
}
