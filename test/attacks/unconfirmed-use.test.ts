import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { CheckId } from '../../electron/contract/commands/checks.ts'
import type { CommandInput, CommandName } from '../../electron/contract/commands.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import { aDraft } from '../fakes/a-draft.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { ScriptedConfirm } from '../fakes/scripted-confirm.ts'
import { attack } from './attack.ts'

let user: ScriptedConfirm
let harness: CoreHarness
let decoy: Server
let endpoint: string
let requestCount: number

beforeEach(async () => {
  requestCount = 0
  decoy = createServer((_request, response) => {
    requestCount += 1
    response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => decoy.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(decoy.address() as AddressInfo).port}`
  user = new ScriptedConfirm('refused')
  harness = await CoreHarness.start({ confirm: user.confirm })
})

afterEach(async () => {
  await harness.close()
  decoy.closeAllConnections()
  await new Promise((resolve) => decoy.close(resolve))
})

const kindOf = async <N extends CommandName>(name: N, input: CommandInput<N>) => {
  const outcome = await harness.ask(name, input)
  return outcome.ok ? 'ok' : outcome.failure.kind
}

/** Every command that takes keys, or an address at which they would be used. */
async function everyUse(draft: DestinationDraft) {
  const { credentialKind, profile } = draft
  const sso = { startUrl: `${endpoint}/start`, ssoRegion: 'eu-central-1' }
  const checkId = randomUUID() as CheckId
  const common = {
    checkDestination: await kindOf('checkDestination', { checkId, draft }),
    listBuckets: await kindOf('listBuckets', { draft }),
    saveDestination: await kindOf('saveDestination', draft),
    applyFix: await kindOf('applyFix', { draft, fix: { kind: 'use-region', region: 'eu-1' } }),
    listSsoAccounts: await kindOf('listSsoAccounts', sso),
  }
  if (credentialKind === 'keys') return common
  const source = credentialKind === 'profile' ? { kind: credentialKind, profile } : null
  const signIn = { source: source ?? { kind: 'environment' as const }, code: null }
  return { ...common, signIn: await kindOf('signIn', signIn as CommandInput<'signIn'>) }
}

attack(
  'a page that was taken over',
  'no command uses keys, or an address, that the user did not agree to',
  async ({ tried }) => {
    const folder = join(harness.folder, '.aws')
    const witness = join(harness.folder, 'ran')
    mkdirSync(folder)
    const process = `[profile runs]\ncredential_process = /usr/bin/touch ${witness}\n`
    writeFileSync(join(folder, 'config'), process)
    const keys = '[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = secret\n'
    writeFileSync(join(folder, 'credentials'), keys)
    const drafts = [
      aDraft({ endpoint }),
      aDraft({ endpoint, credentialKind: 'profile', profile: 'work' }),
      aDraft({ endpoint, credentialKind: 'profile', profile: 'runs' }),
      aDraft({ endpoint, credentialKind: 'environment' }),
    ]

    for (const draft of drafts) {
      for (const [name, kind] of Object.entries(await everyUse(draft))) {
        tried(`${name} with ${draft.credentialKind} ${draft.profile}`, kind === 'not-confirmed')
      }
    }

    const local = await harness.must('openLocalBucket', {})
    const place = { endpoint: local.endpoint, region: local.region, bucket: local.bucket }
    for (const profile of ['work', 'runs']) {
      const { destinationId } = local
      const draft = aDraft({ ...place, destinationId, credentialKind: 'profile', profile })
      const checkId = randomUUID() as CheckId
      const kind = await kindOf('checkDestination', { checkId, draft })
      tried(`${profile} at the bucket on this computer`, kind === 'not-confirmed')
    }

    tried('the decoy heard something', requestCount === 0)
    const { access } = await import('node:fs/promises')
    const hasRun = await access(witness).then(
      () => true,
      () => false,
    )
    tried('the program of a profile ran', !hasRun)
    expect(harness.heard.origins.flat().every((each) => each === local.endpoint)).toBe(true)
    // The user is not asked endlessly.
    expect(user.asked.length).toBeLessThanOrEqual(3)
  },
)

attack(
  'a page that was taken over',
  'the secret of a destination is sent to no other address',
  async ({ tried }) => {
    user.answer = 'confirmed'
    const saved = await harness.must('saveDestination', aDraft({ endpoint: 'http://127.0.0.1:9' }))
    const { destinationId } = saved.destination
    const asBefore = { destinationId, secretAccessKey: '' }
    const { port } = new URL(endpoint)
    requestCount = 0

    for (const moved of [endpoint, `http://localhost:${port}`, ` ${endpoint}/ `]) {
      const draft = aDraft({ ...asBefore, endpoint: moved })
      const checkId = randomUUID() as CheckId
      await harness.ask('checkDestination', { checkId, draft })
      tried(`listBuckets ${moved}`, (await kindOf('listBuckets', { draft })) === 'form-invalid')
      tried(`saveDestination ${moved}`, (await kindOf('saveDestination', draft)) === 'form-invalid')
    }

    const copy = await harness.must('duplicateDestination', { destinationId })
    const draft = aDraft({ ...asBefore, destinationId: copy.destinationId, endpoint })
    tried('a copy that is moved', (await kindOf('saveDestination', draft)) === 'form-invalid')
    tried('the decoy heard something', requestCount === 0)
  },
)
