import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, titled } from '../support/clients/cells.ts'
import { verifyReturnCode } from '../support/clients/openssl.ts'
import { describeWith } from '../support/programs.ts'

describeWith(['openssl'], 'openssl s_client, trusting ca.pem only', () => {
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ['good', 'wrong-host', 'revoked'] })
  })
  afterAll(() => servers.close())

  const crlOf = (scenario: string): string => `${servers.pki}/${scenario}/crl.pem`

  describe.concurrent('finds the address in what it is shown without a server name', () => {
    const verify = '-verify_ip'
    it.each(titled(cellsOf(['good'])))('0 for 127.0.0.1 on %s', async (_, cell) => {
      const target = servers.endpoint(cell)
      expect(await verifyReturnCode(target, { ca: servers.ca.path }, { host: '127.0.0.1', verify })).toBe(0)
    })

    it.each(titled(cellsOf(['good'])))('64 for 127.0.0.1 with the name localhost on %s', async (_, cell) => {
      const dialled = { host: '127.0.0.1', sni: 'localhost', verify } as const
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path }, dialled)).toBe(64)
    })

    it.each(titled(cellsOf(['wrong-host'])))('64 for 127.0.0.1 on %s', async (_, cell) => {
      const target = servers.endpoint(cell)
      expect(await verifyReturnCode(target, { ca: servers.ca.path }, { host: '127.0.0.1', verify })).toBe(64)
    })

    it.each(titled(cellsOf(['revoked'])))('23 for 127.0.0.1 on %s with -crl_check', async (_, cell) => {
      const trust = { ca: servers.ca.path, crl: crlOf('revoked') }
      expect(await verifyReturnCode(servers.endpoint(cell), trust, { host: '127.0.0.1', verify })).toBe(23)
    })

    it.each(titled(cellsOf(['good'])))('0 for localhost without its name on %s', async (_, cell) => {
      const dialled = { host: 'localhost', verify: '-verify_hostname' } as const
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path }, dialled)).toBe(0)
    })
  })
})
