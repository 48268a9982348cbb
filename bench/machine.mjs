import os from 'node:os'

/** What the numbers were taken on. */
export const machine = () => ({
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.cpus().length,
  memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
  system: `${os.type()} ${os.release()} ${os.arch()}`,
  node: process.version,
  openssl: process.versions.openssl,
  load: os.loadavg().map((load) => Number(load.toFixed(2))),
})

export const formatMachine = ({ cpu, cores, memory, system, node, openssl, load }) =>
  `${cpu}, ${cores} cores, ${memory}, ${system}, Node ${node}, OpenSSL ${openssl}, load ${load.join(' ')}`
