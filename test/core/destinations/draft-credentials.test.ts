import { describe, expect, it } from 'vitest'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { cleanDraft } from '../../../electron/core/destinations/draft.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

const PEOPLE = {
  credentialKind: 'sso',
  ssoStartUrl: 'https://people.example/start',
  ssoRegion: 'eu-west-1',
  ssoAccountId: '111122223333',
  ssoRoleName: 'Uploads',
} as const satisfies Partial<DestinationDraft>

const draft: DestinationDraft = {
  ...TYPED_KEYS,
  ...{ destinationId: null, name: '', provider: 'other', endpoint: 'https://s3.example.org' },
  ...{ region: 'eu-1', bucket: 'photos', prefix: '', pathStyle: true, keepSecret: true },
  ...{ accessKeyId: '', secretAccessKey: '', sessionToken: '' },
}

const judged = (changes: Partial<DestinationDraft>) => cleanDraft({ ...draft, ...changes }, null)

const sourceOf = (changes: Partial<DestinationDraft>) => {
  const clean = judged(changes)
  return clean.ok ? { ...clean.value.fields.credentials, secrets: clean.value.secrets } : null
}

const problemsOf = (changes: Partial<DestinationDraft>) => {
  const clean = judged(changes)
  if (clean.ok || clean.failure.kind !== 'form-invalid') return []
  return clean.failure.problems.map(({ field, problem }) => `${field} ${problem}`)
}

describe('only the fields of the chosen kind count', () => {
  it('for a profile, which is trimmed', () => {
    const changes = { credentialKind: 'profile', profile: ' my work ' } as const

    expect(sourceOf(changes)).toEqual({ kind: 'profile', profile: 'my work', secrets: null })
  })

  it('for IAM Identity Center, whose account may be written in any form', () => {
    const sso = { ...PEOPLE, ssoAccountId: ' 1111-2222-3333 ', secretAccessKey: 'left over' }

    expect(sourceOf(sso)).toEqual({
      kind: 'sso',
      startUrl: PEOPLE.ssoStartUrl,
      ssoRegion: 'eu-west-1',
      accountId: '111122223333',
      roleName: 'Uploads',
      secrets: null,
    })
  })

  it('for the environment, which has none', () => {
    const changes = { credentialKind: 'environment', accessKeyId: 'a b' } as const

    expect(sourceOf(changes)).toEqual({ kind: 'environment', secrets: null })
  })

  it('for typed keys', () => {
    expect(problemsOf({ profile: 'work' })).toEqual([
      'accessKeyId missing',
      'secretAccessKey missing',
    ])
  })
})

describe('a missing or wrong value is reported with its field', () => {
  it.each([
    [{ credentialKind: 'profile', profile: '  ' }, ['profile missing']],
    [
      { credentialKind: 'sso' },
      ['ssoStartUrl missing', 'ssoRegion missing', 'ssoAccountId missing', 'ssoRoleName missing'],
    ],
    [{ ...PEOPLE, ssoStartUrl: 'people' }, ['ssoStartUrl not-a-url']],
    [{ ...PEOPLE, ssoStartUrl: 'file:///etc' }, ['ssoStartUrl not-http']],
    [{ ...PEOPLE, ssoStartUrl: 'https://a:b@people.example' }, ['ssoStartUrl has-credentials']],
    [{ ...PEOPLE, ssoRegion: 'eu west' }, ['ssoRegion has-inner-space']],
    [{ ...PEOPLE, ssoAccountId: '1'.repeat(21) }, ['ssoAccountId too-long']],
  ] as const)('%j', (changes, problems) => {
    expect(problemsOf(changes)).toEqual(problems)
  })
})
