import { afterEach, expect, it } from 'vitest'
import { logTo } from '../../../electron/core/host/log.ts'
import { nodeNetwork } from '../../../electron/loopback/network/node-network.ts'
import { NO_PROXY, type ProxySettings } from '../../../electron/loopback/network/proxy-settings.ts'

const STORE = new URL('https://s3.example')
const DIRECT = { kind: 'direct', besides: null }

let nowMs = 0
let logged = ''

afterEach(() => {
  nowMs = 0
  logged = ''
})

const log = logTo({
  write: (line) => {
    logged += line
  },
})

function networkOf(
  environment: Readonly<Record<string, string>>,
  readSystem: () => Promise<ProxySettings>,
) {
  const trustSystem = async () => false
  return nodeNetwork({ log, environment, readSystem, trustSystem, nowMs: () => nowMs })
}

const named = (address: string): ProxySettings => {
  const proxy = { address, setting: 'macOS' }
  return { ...NO_PROXY, http: proxy, https: proxy }
}

it('asks the system if no variable names a proxy', async () => {
  const { routeTo } = networkOf({}, async () => named('p:1'))

  expect(await routeTo(STORE)).toEqual({ kind: 'proxy', url: 'http://p:1/' })
})

it('does not ask the system if a variable names one', async () => {
  const { routeTo } = networkOf({ HTTP_PROXY: 'http://own:1' }, async () => {
    throw new Error('Asked')
  })

  expect(await routeTo(new URL('http://s3.example'))).toMatchObject({ kind: 'proxy' })
  expect(await routeTo(STORE)).toEqual(DIRECT)
})

it('does not ask the system for this computer', async () => {
  const { routeTo } = networkOf({}, () => new Promise(() => undefined))

  expect(await routeTo(new URL('http://localhost:9000'))).toEqual(DIRECT)
})

it('applies NO_PROXY to the system’s proxy, too', async () => {
  const { routeTo } = networkOf({ NO_PROXY: '.example' }, async () => named('p:1'))

  expect(await routeTo(STORE)).toEqual(DIRECT)
})

it('follows the system into another network, asking every half a minute', async () => {
  const settings = [named('office:1'), NO_PROXY]
  const { routeTo } = networkOf({}, async () => settings.shift() ?? named('asked-too-often:1'))

  const first = await Promise.all([routeTo(STORE), routeTo(STORE)])
  nowMs = 29_999
  const soon = await routeTo(STORE)
  nowMs = 30_000
  const later = await routeTo(STORE)

  const office = { kind: 'proxy', url: 'http://office:1/' }
  expect([...first, soon]).toEqual([office, office, office])
  expect(later).toEqual(DIRECT)
})

it('connects directly if the system does not tell, and logs that without its message', async () => {
  const { routeTo } = networkOf({}, async () => {
    throw Object.assign(new Error('ada:hunter2@proxy'), { code: 'ENOENT' })
  })

  expect(await routeTo(STORE)).toEqual(DIRECT)
  expect(logged).toContain('"code":"ENOENT"')
  expect(logged).not.toContain('hunter2')
})
