import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import { SECRET } from '../../fakes/a-draft.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const list = () => harness.must('listDestinations', {})

describe('settings of the previous version of Ferry', () => {
  /** As that version wrote them. */
  const settings = {
    destinations: {
      selectedId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11',
      list: [
        {
          destinationId: '10ca10ca-0000-4000-8000-000000000001',
          kind: 'local',
          name: 'This computer',
          provider: 'other',
          prefix: '',
          pathStyle: true,
          secretPlace: 'file',
          linkSeconds: 86400,
          maxPartCount: 10000,
          keptSecret: null,
          integrity: 'crc64nvme',
          probeKey: null,
          endpoint: 'http://127.0.0.1:41873',
          region: 'local',
          bucket: 'ferry',
          accessKeyId: 'FERRYLOCALKEY0000001',
        },
        {
          destinationId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11',
          kind: 's3',
          linkSeconds: 604800,
          name: 'Client files',
          provider: 'ceph',
          endpoint: 'https://ceph.example.org',
          region: 'us-east-1',
          bucket: 'client-files',
          prefix: '2026/',
          pathStyle: true,
          accessKeyId: 'AKIAOFBEFORE',
          maxPartCount: 10000,
          integrity: 'crc32c',
          probeKey: '2026/.ferry-check-0011223344556677',
          secretPlace: 'file',
          keptSecret: '7d0b6f52-2c27-4a0f-9d5f-0d2b7b0d8e01',
        },
      ],
    },
  }

  it('are read completely, and new settings get their former behaviour', async () => {
    await harness.core.close()
    writeFileSync(join(harness.folder, 'settings.json'), JSON.stringify(settings, null, '\t'))
    writeFileSync(
      join(harness.folder, 'secrets.json'),
      JSON.stringify({
        version: 1,
        secrets: {
          '7d0b6f52-2c27-4a0f-9d5f-0d2b7b0d8e01': JSON.stringify({
            secretAccessKey: SECRET,
            sessionToken: '',
          }),
        },
      }),
    )

    harness = await harness.restart()

    const { destinations, selectedId, defaultId } = await list()
    expect([selectedId, defaultId]).toEqual([settings.destinations.selectedId, null])
    expect(destinations.map(({ name, color }) => [name, color])).toEqual([
      ['This computer', 'blue'],
      ['Client files', 'teal'],
    ])
    expect(destinations[1]).toEqual({
      destinationId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11' as DestinationId,
      kind: 's3',
      name: 'Client files',
      color: 'teal',
      provider: 'ceph',
      endpoint: 'https://ceph.example.org',
      region: 'us-east-1',
      bucket: 'client-files',
      prefix: '2026/',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIAOFBEFORE' },
      secretPlace: 'file',
      hasSecret: true,
      keysExpireAtMs: null,
      linkSeconds: 604_800,
      maxPartCount: 10_000,
      rules: DEFAULT_RULES,
      integrity: 'crc32c',
      findings: null,
    })
    expect(harness.heard.log).not.toContain('Unreadable')
  })

  it('are written again at the first change, with nothing lost', async () => {
    await harness.core.close()
    writeFileSync(join(harness.folder, 'settings.json'), JSON.stringify(settings))
    harness = await harness.restart()
    const before = await list()

    const { destinationId } = harness.only(before.destinations.slice(1))
    await harness.must('setLinkLife', { destinationId, linkSeconds: 60 })
    harness = await harness.restart()

    const [local, other] = before.destinations
    expect((await list()).destinations).toEqual([
      // Its port may have been taken meanwhile.
      { ...local, endpoint: expect.any(String) },
      { ...other, linkSeconds: 60 },
    ])
  })
})
