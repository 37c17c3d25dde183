import { afterEach, beforeEach, expect } from 'vitest'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import { CoreHarness, someBytes } from '../fakes/core-harness.ts'
import { ScriptedConfirm } from '../fakes/scripted-confirm.ts'
import { attack } from './attack.ts'

const DECOY = 'https://decoy.example'

let user: ScriptedConfirm
let harness: CoreHarness

beforeEach(async () => {
  user = new ScriptedConfirm('cannot-ask')
  const environment = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secret' }
  harness = await CoreHarness.start({ confirm: user.confirm, environment })
})

afterEach(() => harness.close())

function settingsText(destinations: readonly object[]): string {
  return JSON.stringify({ ferry: 'settings', version: 1, destinations })
}

const entry = (changes: object = {}) => ({
  ...{ name: 'Films', color: 'blue', provider: 'other', endpoint: DECOY, region: 'eu-1' },
  ...{ bucket: 'films', prefix: '', pathStyle: true, linkSeconds: 3600 },
  ...changes,
})

const listed = async (): Promise<readonly Destination[]> =>
  (await harness.must('listDestinations', {})).destinations

attack(
  'a page that was taken over',
  'a settings file adds no keys, allows no address and forges no name',
  async ({ tried }) => {
    const sources = [
      { kind: 'environment' },
      { kind: 'profile', profile: 'default' },
      { kind: 'keys', accessKeyId: 'AKIAENV' },
      {
        ...{ kind: 'sso', startUrl: `${DECOY}/start`, ssoRegion: 'eu-1' },
        ...{ accountId: '1', roleName: 'r' },
      },
    ]
    const entries = sources.map((credentials, index) =>
      entry({ credentials, bucket: `films-${index}`, name: `\u202eMine\u0000\u{e0041}${index}` }),
    )
    await harness.must('importSettings', { text: settingsText(entries) })

    const destinations = await listed()
    expect(destinations).toHaveLength(sources.length)
    for (const destination of destinations) {
      const { destinationId, credentials, hasSecret, name } = destination
      const hasKeys = hasSecret || credentials.kind !== 'keys' || credentials.accessKeyId !== ''
      tried(`keys of ${name}`, !hasKeys)
      tried(`the name ${JSON.stringify(name)}`, /^Mine\d$/.test(name))
      const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))
      const prepared = await harness.prepare(uploadId)
      tried(`an upload to ${name}`, !prepared.ok && prepared.failure.kind === 'secret-missing')
      const link = await harness.ask('createShareLink', { uploadId, linkSeconds: null })
      tried(`a link to ${name}`, !link.ok)
      await harness.must('selectDestination', { destinationId })
    }
    harness = await harness.restart({ confirm: user.confirm })
    tried('the way to the decoy', !harness.heard.origins.flat().some((each) => each === DECOY))
  },
)

attack(
  'a page that was taken over',
  'a settings file adds nothing that the user did not agree to, nor more than a hundred',
  async ({ tried }) => {
    user.answer = 'refused'
    const refused = await harness.ask('importSettings', { text: settingsText([entry()]) })
    tried('a file that was refused', !refused.ok && refused.failure.kind === 'not-confirmed')
    user.answer = 'confirmed'
    const many = Array.from({ length: 101 }, (_, index) => entry({ bucket: `films-${index}` }))
    const flood = await harness.ask('importSettings', { text: settingsText(many) })
    tried('a hundred and one', !flood.ok && flood.failure.kind === 'too-many-destinations')

    expect(await listed()).toEqual([])
  },
)
