/** Milliseconds of processor time that this process has spent: others that run meanwhile take no part in it. */
export function processorMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
