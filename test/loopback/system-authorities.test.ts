import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SELF_SIGNED } from '../fakes/self-signed.ts'

const run = promisify(execFile)
const server = createServer(SELF_SIGNED, (_request, response) => response.end('hello'))
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-authorities-'))
  writeFileSync(join(folder, 'own.pem'), SELF_SIGNED.cert)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What a process says that trusts the system, and whose system trusts what `environment` says. */
async function askedWith(environment: NodeJS.ProcessEnv): Promise<string> {
  const module = new URL('../../electron/loopback/system-authorities.ts', import.meta.url).href
  const { port } = server.address() as AddressInfo
  const script = `
    import { get } from 'node:https'
    import { trustSystemAuthorities } from ${JSON.stringify(module)}
    trustSystemAuthorities()
    get('https://localhost:${port}', (answer) => answer.resume().on('end', () => console.log('trusted')))
      .on('error', (error) => console.log(error.code))`
  const { PATH } = process.env
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH, NODE_NO_WARNINGS: '1', ...environment },
  })
  return stdout.trim()
}

/** OpenSSL’s own variable stands for the system’s list of authorities. */
const isLinux = process.platform === 'linux'

it.runIf(isLinux)('trusts an authority that the system trusts', async () => {
  expect(await askedWith({ SSL_CERT_FILE: join(folder, 'own.pem') })).toBe('trusted')
})

it('trusts one that Node alone was told of', async () => {
  expect(await askedWith({ NODE_EXTRA_CA_CERTS: join(folder, 'own.pem') })).toBe('trusted')
})

it('trusts nobody else', async () => {
  expect(await askedWith({})).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})
