import { randomUUID } from 'node:crypto'
import { afterEach, expect } from 'vitest'
import type { CheckId } from '../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { DEFAULT_RULES } from '../../electron/contract/rules/upload-rules.ts'
import { readDestination } from '../../electron/core/destinations/stored-destination.ts'
import { aDraft } from '../fakes/a-draft.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { refusal, StubStore } from '../fakes/stub-store.ts'
import { attack } from './attack.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

/**
 * Invisible characters that users paste unknowingly, and texts that an attacker makes them paste.
 */
const ODD = [
  'a\nb',
  'a\r\nx-amz-acl: public-read',
  'a\u0000b',
  'a\u0085b',
  'a\u202eb',
  'a\u200bb',
  '\u00a0a',
  'ключ',
  '日本',
  '😀',
  'a\ud800',
  '__proto__',
  'constructor',
  '../../x',
  '%0d%0a',
  '{region}',
  '[',
  'a@b',
  'a/b?c#d',
]

const FIELDS = [
  ...['name', 'endpoint', 'region', 'bucket', 'prefix', 'accessKeyId', 'secretAccessKey'],
  ...['sessionToken', 'profile', 'ssoStartUrl', 'ssoRegion', 'ssoAccountId', 'ssoRoleName'],
] as const

const KIND_OF: Partial<Record<string, DestinationDraft['credentialKind']>> = {
  ...{ profile: 'profile', ssoStartUrl: 'sso', ssoRegion: 'sso', ssoAccountId: 'sso' },
  ssoRoleName: 'sso',
}
const SSO = {
  ...{ ssoStartUrl: 'http://127.0.0.1:9/start', ssoRegion: 'eu-west-1', ssoAccountId: '111' },
  ssoRoleName: 'r',
}

/** In the short form each field gets a third of them, and its neighbours get other thirds. */
function oddFor(field: number): readonly string[] {
  if (process.env.FERRY_ATTACKS === 'full') return ODD
  return ODD.filter((_, at) => (at + field) % 3 === 0)
}

function kindOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'taken' : outcome.failure.kind
}

attack('commands', 'nothing that is typed causes a bug, or is written to the log', async (log) => {
  const stub = await StubStore.start(refusal(403, 'AccessDenied'))
  const harness = await CoreHarness.start({
    environment: { HOME: '/nowhere', AWS_ENDPOINT_URL: stub.endpoint },
  })
  cleanUps.push(
    () => harness.close(),
    () => stub.close(),
  )
  for (const [at, field] of FIELDS.entries()) {
    for (const odd of oddFor(at)) {
      const credentialKind = KIND_OF[field] ?? 'keys'
      const draft = aDraft({ endpoint: stub.endpoint, ...SSO, credentialKind, [field]: odd })
      const saved = await harness.ask('saveDestination', draft)
      const listed = await harness.ask('listBuckets', { draft })
      const checkId = randomUUID() as CheckId
      const isKey = field === 'accessKeyId' || field === 'sessionToken'
      const checked = isKey ? await harness.ask('checkDestination', { checkId, draft }) : saved

      for (const outcome of [saved, listed, checked]) {
        log.tried(`${field} ${JSON.stringify(odd)}`, kindOf(outcome) !== 'internal')
      }
    }
  }
  expect(harness.heard.log).not.toMatch(/public-read|Invalid character|ERR_INVALID/)
})

attack(
  'commands',
  'invalid keys, tokens and regions are refused, naming their field',
  async (log) => {
    const harness = await CoreHarness.start()
    cleanUps.push(() => harness.close())
    for (const field of ['accessKeyId', 'sessionToken', 'region', 'ssoRegion'] as const) {
      for (const odd of ['a\u0000b', 'a\u202eb', 'ключ', '😀', 'a\u200bb']) {
        const credentialKind = KIND_OF[field] ?? 'keys'
        const draft = aDraft({ ...SSO, credentialKind, [field]: odd })
        const saved = await harness.ask('saveDestination', draft)

        const problems =
          !saved.ok && saved.failure.kind === 'form-invalid' ? saved.failure.problems : []
        log.tried(
          `${field} ${JSON.stringify(odd)}`,
          problems.some((problem) => problem.field === field),
        )
      }
    }
  },
)

attack('commands', 'a name cannot be disguised', async (log) => {
  const harness = await CoreHarness.start()
  cleanUps.push(() => harness.close())
  for (const odd of ['a\u202eb', 'a\u200b\u2066b', 'a\u0000\nb', 'a\u3164b']) {
    const saved = await harness.must('saveDestination', aDraft({ name: odd }))

    const { destinationId, color } = saved.destination
    const look = { destinationId, name: `${odd}x`, color }
    const renamed = await harness.must('setDestinationLook', look)

    log.tried(`${JSON.stringify(odd)} as a new name`, /^a ?bx$/.test(renamed.name))
    log.tried(JSON.stringify(odd), /^a ?b( [ \d()]+)?$/.test(saved.destination.name))
  }
})

attack('files on the disk', 'settings with an invalid region are not used', (log) => {
  for (const region of ['a\r\nb', 'a.evil.example/', 'ä', 'x'.repeat(90)]) {
    const stored = readDestination(
      {
        ...{ destinationId: randomUUID(), kind: 's3', name: 'x', provider: 'aws', region },
        ...{ endpoint: 'https://s3.amazonaws.com', bucket: 'photos', prefix: '', pathStyle: true },
        credentials: { kind: 'environment' },
        rules: { ...DEFAULT_RULES } as never,
      },
      0,
    )
    log.tried(JSON.stringify(region.slice(0, 20)), stored === null)
  }
})
