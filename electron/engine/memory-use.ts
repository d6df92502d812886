// Resident memory of this process, now and at its highest.

import { readFileSync } from 'node:fs';

const megabyte = 2 ** 20;

export function memoryUse(): { rssMb: number; peakRssMb: number } {
  return { rssMb: process.memoryUsage.rss() / megabyte, peakRssMb: peakRssMb() };
}

/** Linux lets a child inherit the peak of the process that forked it in `maxRSS`; only VmHWM (in kB) is this program's own. */
function peakRssMb(): number {
  const own = process.platform === 'linux' ? /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return (own ? Number(own[1]) : process.resourceUsage().maxRSS) / 1024;
}
