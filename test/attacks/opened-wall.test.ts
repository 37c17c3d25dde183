import { afterEach, beforeEach, expect } from 'vitest'
import { setUpNetworkGuard } from '../../electron/desktop/security/network-guard.ts'
import { desktopShell } from '../../electron/desktop/system/host-shell.ts'
import { aDraft } from '../fakes/a-draft.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { resetElectron, session } from '../fakes/electron.ts'
import { NOTHING_ON_THE_WAY } from '../fakes/on-the-way.ts'
import { ScriptedConfirm } from '../fakes/scripted-confirm.ts'
import { attack } from './attack.ts'

let user: ScriptedConfirm
let harness: CoreHarness

beforeEach(async () => {
  resetElectron()
  const page = { pageOrigin: 'app://ferry', devServer: null, currentWindow: () => null }
  const network = setUpNetworkGuard({ ...page, onTheWay: NOTHING_ON_THE_WAY })
  user = new ScriptedConfirm('refused')
  harness = await CoreHarness.start({
    description: { host: 'desktop', version: '0.0.0', platform: 'linux' },
    confirm: user.confirm,
    hostShell: desktopShell(
      network.endpoints,
      () => null,
      () => undefined,
    ),
  })
})

afterEach(() => harness.close())

attack('network of the page', 'the page cannot allow itself an address', async ({ tried }) => {
  const decoys = ['http://127.0.0.1:9', 'http://10.1.2.3:9000', 'https://decoy.example']
  const isCancelled = (url: string) => session.defaultSession.isCancelled(url)

  // After a third refusal the user is not asked for a while.
  for (const [index, endpoint] of decoys.slice(0, 2).entries()) {
    const pathStyle = index % 2 === 0
    await harness.ask('saveDestination', aDraft({ endpoint, pathStyle }))
    tried(`${endpoint} after a save`, isCancelled(`${endpoint}/b/k`))
  }
  const destinations = decoys.map((endpoint, index) => ({
    ...{ name: 'x', color: 'blue', provider: 'other', endpoint, region: 'r' },
    ...{ bucket: `b${index}`, prefix: '', pathStyle: false, linkSeconds: 60 },
    credentials: { kind: 'environment' },
  }))
  user.answer = 'confirmed'
  const text = JSON.stringify({ ferry: 'settings', version: 1, destinations })
  await harness.must('importSettings', { text })
  for (const [index, endpoint] of decoys.entries()) {
    const { protocol, host } = new URL(endpoint)
    tried(`${endpoint} after an import`, isCancelled(`${endpoint}/b/k`))
    tried(`the bucket at ${endpoint}`, isCancelled(`${protocol}//b${index}.${host}/k`))
  }

  const [agreed = ''] = decoys
  await harness.must('saveDestination', aDraft({ endpoint: agreed }))
  expect(isCancelled(`${agreed}/b/k`)).toBe(false)
})
