import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startLoopback } from '../../../electron/loopback/main.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { ForwardProxy } from '../../fakes/forward-proxy.ts'
import {
  commandPath,
  exchange,
  PAGE_FOLDER,
  post,
  sessionHeaders,
  temporaryFolder,
} from '../loopback-harness.ts'

/** Answers every question with yes. */
const TERMINAL = {
  canAsk: true,
  ask: async () => true,
  onLine: () => () => undefined,
  close: () => undefined,
}

async function startBehind(proxy: ForwardProxy, login: string) {
  const { http_proxy: lower, HTTP_PROXY: upper } = process.env
  delete process.env.http_proxy
  process.env.HTTP_PROXY = `http://${login}@127.0.0.1:${proxy.address.port}`
  onTestFinished(() => {
    for (const [name, value] of Object.entries({ http_proxy: lower, HTTP_PROXY: upper })) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  const dataFolder = join(await temporaryFolder(), 'data')
  const host = await startLoopback({
    ...{ dataFolder, ports: [0], pageFolder: PAGE_FOLDER, version: 'test', terminal: TERMINAL },
  })
  onTestFinished(host.close)
  const { origin, hash } = new URL(host.newAddress().url)
  const answer = await exchange(origin, hash.slice(1))
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';')
  const session = sessionHeaders({ cookie, secret: JSON.parse(answer.body).secret })
  const listBuckets = async (endpoint: string) => {
    const said = await post(
      origin,
      commandPath('listBuckets'),
      { draft: aDraft({ endpoint }) },
      session,
    )
    return JSON.parse(said.body)
  }
  return { listBuckets, log: () => readFile(join(dataFolder, 'logs', 'ferry.log'), 'utf8') }
}

it('uses the proxy of its environment and never logs its password', async () => {
  const proxy = await ForwardProxy.start()
  onTestFinished(() => proxy.close())
  proxy.login = 'ada:safe'
  const { listBuckets, log } = await startBehind(proxy, 'ada:hunter2')

  const store = await listBuckets('http://192.168.77.77:9000')
  const here = await listBuckets('http://127.0.0.1:9')

  expect(store).toEqual({
    ...{ ok: false, failure: { kind: 'proxy-auth-needed', isByVariable: true } },
  })
  expect(here).toMatchObject({ ok: false, failure: { kind: 'host-unreachable' } })
  expect(proxy.seen.map(({ line }) => line)).toEqual([
    expect.stringMatching(/^GET http:\/\/192\.168\.77\.77:9000\//),
  ])
  expect(await log()).not.toContain('hunter2')
})
