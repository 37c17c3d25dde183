import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { OWN_AUTHORITY } from '../../fakes/certificates.ts'

const run = promisify(execFile)
const server = createServer(OWN_AUTHORITY, (_request, response) => response.end('hello'))
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-authorities-'))
  writeFileSync(join(folder, 'own.pem'), OWN_AUTHORITY.authority)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Runs a process that asks the system when a certificate is refused, with a system that trusts what
 * `environment` says. Returns its output, and whether its event loop continued in the meantime.
 */
async function askedWith(environment: NodeJS.ProcessEnv): Promise<string> {
  const module = (path: string) =>
    JSON.stringify(new URL(`../../../electron/${path}`, import.meta.url).href)
  const { port } = server.address() as AddressInfo
  const script = `
    import { boundedHttp } from ${module('core/s3/http/bounded-http.ts')}
    import { systemAuthorities } from ${module('loopback/network/node-network.ts')}
    const log = { info: () => {}, warn: ({ error }) => console.log(error) }
    let isAsked = false, turns = 0
    setInterval(() => { turns += isAsked ? 1 : 0 }, 1).unref()
    const asking = systemAuthorities({ log })
    const nodeNetwork = {
      routeTo: async () => ({ kind: 'direct', besides: null }),
      trustSystem: async (sinceMs) => {
        isAsked = true
        const isWorthAnother = await asking(sinceMs)
        isAsked = false
        return isWorthAnother
      },
    }
    const http = boundedHttp({ nodeNetwork }, { connectMs: 5000, idleMs: 5000 })
    const request = { protocol: 'https:', hostname: 'localhost', port: ${port}, method: 'GET', path: '/', headers: {} }
    const said = await http.handle(request).then(() => 'trusted', (error) => error.code)
    console.log(said, turns > 0 ? 'without blocking' : 'at once')
    process.exit(0)`
  const { PATH } = process.env
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH, NODE_NO_WARNINGS: '1', ...environment },
    cwd: join(import.meta.dirname, '..', '..', '..'),
  })
  return stdout.trim()
}

/** On Linux, OpenSSL’s own variable replaces the system’s list of authorities. */
const isLinux = process.platform === 'linux'

it.runIf(isLinux)(
  'trusts an authority that the system trusts, without blocking the event loop',
  async () => {
    const said = await askedWith({ SSL_CERT_FILE: join(folder, 'own.pem') })

    expect(said).toBe('trusted without blocking')
  },
)

it('trusts one that only Node knows, without asking the system', async () => {
  const said = await askedWith({ NODE_EXTRA_CA_CERTS: join(folder, 'own.pem') })

  expect(said).toBe('trusted at once')
})

it('trusts no other authority', async () => {
  expect(await askedWith({})).toMatch(/^UNABLE_TO_VERIFY_LEAF_SIGNATURE/)
})
