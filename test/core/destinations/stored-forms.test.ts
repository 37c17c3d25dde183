import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { StoreFindings } from '../../../electron/contract/commands/checks.ts'
import { Destination } from '../../../electron/contract/commands/destinations.ts'
import { DEFAULT_RULES, UploadRules } from '../../../electron/contract/rules/upload-rules.ts'
import {
  readDestinations,
  writeDestinations,
} from '../../../electron/core/destinations/destination-list.ts'
import { NOTHING_UNREAD } from '../../../electron/core/destinations/stored-destination.ts'
import type { Json } from '../../../electron/core/ports.ts'
import { type JsonFields, readFields } from '../../../electron/lib/read-fields.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'
import { EXPORT_FORMS, formOf, formText, memorySettings, SETTINGS_FORMS } from './stored-forms.ts'

const CLIENT_ID = '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11'
const ARCHIVE_ID = '9d1f0c55-21c6-4f0e-8f1c-8f5a4a1b6c22'

const LOCAL = {
  destinationId: '10ca10ca-0000-4000-8000-000000000001',
  kind: 'local',
  name: 'This computer',
  color: 'blue',
  provider: 'other',
  endpoint: 'http://127.0.0.1:41873',
  region: 'local',
  bucket: 'ferry',
  prefix: '',
  pathStyle: true,
  credentials: { kind: 'keys', accessKeyId: 'FERRYLOCALKEY0000001' },
  secretPlace: 'file',
  keptSecret: null,
  linkSeconds: 86_400,
  maxPartCount: 10_000,
  rules: DEFAULT_RULES,
  integrity: 'crc64nvme',
  probeKey: null,
  findings: null,
  aside: NOTHING_UNREAD,
}

const CLIENT = {
  destinationId: CLIENT_ID,
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
  keptSecret: '7d0b6f52-2c27-4a0f-9d5f-0d2b7b0d8e01',
  linkSeconds: 604_800,
  maxPartCount: 10_000,
  rules: DEFAULT_RULES,
  integrity: 'crc32c',
  probeKey: '2026/.ferry-check-0011223344556677',
  findings: null,
  aside: NOTHING_UNREAD,
}

const CLIENT_RULES = {
  keyTemplate: '{prefix}{yyyy}/{hash8}-{name}',
  onConflict: 'skip',
  allowedTypes: 'image/*, .pdf',
  maxFileBytes: 5_000_000_000,
  contentTypes: [{ name: 'md', value: 'text/markdown' }],
  cacheControl: 'no-store',
  disposition: 'attachment',
  metadata: [
    { name: 'team', value: 'design' },
    { name: 'client', value: 'ada' },
  ],
  tags: [{ name: 'Cost', value: '42' }],
  storageClass: 'STANDARD_IA',
  encryption: { kind: 'kms', keyId: 'alias/clients' },
  acl: 'private',
  partBytes: 16_777_216,
  parallel: 3,
  bytesPerSecond: 2_000_000,
}

const CLIENT_FINDINGS = {
  checkedAtMs: 1_795_219_200_000,
  integrity: 'crc32c',
  conditionalPut: 'honoured',
  conditionalComplete: 'ignored',
  takesPostForms: true,
  maxPartCount: 1000,
  versioning: 'suspended',
  unfinishedDays: 7,
  isPublic: false,
}

const ARCHIVE = {
  destinationId: ARCHIVE_ID,
  kind: 's3',
  name: 'Archive',
  color: 'pink',
  provider: 'aws',
  endpoint: 'https://s3.eu-central-1.amazonaws.com',
  region: 'eu-central-1',
  bucket: 'archive',
  prefix: '',
  pathStyle: false,
  credentials: { kind: 'profile', profile: 'work' },
  secretPlace: 'memory',
  keptSecret: null,
  linkSeconds: 86_400,
  maxPartCount: 10_000,
  rules: { ...DEFAULT_RULES, encryption: { kind: 's3' }, acl: 'bucket-owner-full-control' },
  integrity: null,
  probeKey: null,
  findings: null,
  aside: NOTHING_UNREAD,
}

const NO_UNREAD_ENTRIES = { fields: {}, entries: [] }
const WITH_RULES = [
  LOCAL,
  {
    ...CLIENT,
    color: 'violet',
    maxPartCount: 1000,
    rules: { ...DEFAULT_RULES, ...CLIENT_RULES },
    findings: CLIENT_FINDINGS,
  },
  ARCHIVE,
]

const TAKES_SYSTEM_FILES = { systemFiles: 'upload' } as const

/** The stored form of a destination in the current settings. */
const FIELDS = [...Object.keys(Destination.shape), 'keptSecret', 'probeKey']
  .filter((name) => name !== 'hasSecret' && name !== 'keysExpireAtMs')
  .sort()

/** The expected values of each form; a form without its value does not compile. */
const READ: { readonly [F in (typeof SETTINGS_FORMS)[number]]: object } = {
  'settings-1.json': {
    selectedId: CLIENT_ID,
    defaultId: null,
    list: [
      { ...LOCAL, integrity: null },
      { ...CLIENT, integrity: null, probeKey: null },
    ],
    aside: NO_UNREAD_ENTRIES,
  },
  'settings-2.json': {
    selectedId: CLIENT_ID,
    defaultId: null,
    list: [LOCAL, CLIENT],
    aside: NO_UNREAD_ENTRIES,
  },
  'settings-3.json': {
    selectedId: CLIENT_ID,
    defaultId: null,
    list: WITH_RULES,
    aside: NO_UNREAD_ENTRIES,
  },
  'settings-4.json': {
    selectedId: CLIENT_ID,
    defaultId: ARCHIVE_ID,
    list: WITH_RULES,
    aside: NO_UNREAD_ENTRIES,
  },
  'settings-5.json': {
    selectedId: CLIENT_ID,
    defaultId: ARCHIVE_ID,
    list: WITH_RULES.map((each) =>
      each.destinationId === CLIENT_ID
        ? { ...each, rules: { ...each.rules, ...TAKES_SYSTEM_FILES } }
        : each,
    ),
    aside: NO_UNREAD_ENTRIES,
  },
}

describe.each(SETTINGS_FORMS)('the stored form %s', (form) => {
  it('is read completely', () => {
    const read = readDestinations(memorySettings(formOf(form)))

    expect(read).toEqual(READ[form])
  })

  it('is written in the newest form, with the same content', () => {
    const settings = memorySettings(formOf(form))

    writeDestinations(settings, readDestinations(settings))

    expect(readDestinations(settings)).toEqual(READ[form])
    for (const entry of entriesOf(settings.get('destinations'))) {
      expect(namesIn(entry)).toEqual(FIELDS)
      expect(namesIn(entry.rules)).toEqual(Object.keys(UploadRules.shape).sort())
    }
  })

  it('loses no rule and no finding in a version of Ferry that has one more of each', () => {
    const entries = entriesOf(formOf(form).destinations)

    const read = entries.map((entry) => ({
      rules: readFields(
        { ...UploadRules.shape, expiryDays: z.nullable(z.int()) },
        { ...DEFAULT_RULES, expiryDays: null },
        fieldsIn(entry.rules),
      ),
      findings: readFields(
        { ...StoreFindings.shape, takesAppends: z.nullable(z.boolean()) },
        { ...fieldsRead(CLIENT_FINDINGS), takesAppends: null },
        fieldsIn(entry.findings),
      ),
    }))

    for (const [index, { rules, findings }] of read.entries()) {
      expect(rules.value).toMatchObject(fieldsIn(entries[index]?.rules))
      expect(rules.value.expiryDays).toBeNull()
      expect(findings.value).toMatchObject(fieldsIn(entries[index]?.findings))
      expect([rules.aside, findings.aside]).toEqual([{}, {}])
    }
  })
})

describe('the newest stored form', () => {
  it('has every field that the settings have now', () => {
    const [entry] = newestEntries().slice(1)

    expect(namesIn(entry)).toEqual(FIELDS)
    expect(namesIn(entry?.rules)).toEqual(Object.keys(UploadRules.shape).sort())
    expect(namesIn(entry?.findings)).toEqual(Object.keys(StoreFindings.shape).sort())
    expect(namesIn(formOf(SETTINGS_FORMS.at(-1) ?? 'settings-1.json').destinations)).toEqual([
      'defaultId',
      'list',
      'selectedId',
    ])
  })
})

describe('exported settings', () => {
  let harness: CoreHarness

  beforeEach(async () => {
    harness = await CoreHarness.start()
  })

  afterEach(() => harness.close())

  it.each(EXPORT_FORMS)('of the form %s are imported completely', async (form) => {
    const answer = await harness.must('importSettings', { text: formText(form) })

    const { destinations } = await harness.must('listDestinations', {})
    expect(answer).toEqual({
      addedCount: 3,
      knownCount: 0,
      unreadableCount: 0,
      partlyRead: [],
      fileVersion: 'known',
    })
    expect(destinations).toEqual(
      importedFrom([
        {
          ...WITH_RULES[1],
          rules: {
            ...DEFAULT_RULES,
            ...CLIENT_RULES,
            ...(form === 'export-1.json' ? {} : TAKES_SYSTEM_FILES),
          },
          credentials: { kind: 'keys', accessKeyId: '' },
          secretPlace: 'memory',
          maxPartCount: 10_000,
          integrity: null,
          findings: null,
          hasSecret: false,
        },
        { ...ARCHIVE, ...WITHOUT_KEYS },
        {
          ...ARCHIVE,
          ...WITHOUT_KEYS,
          name: 'Contracts',
          bucket: 'contracts',
        },
      ]),
    )
  })

  it('are written with every field that the newest form has', async () => {
    const newest = EXPORT_FORMS.at(-1) ?? 'export-1.json'
    await harness.must('importSettings', { text: formText(newest) })

    const { text } = await harness.must('exportSettings', {})

    // A file must not decide whose keys go where: nothing is imported from its keys.
    const form = formOf(newest)
    const destinations = (form.destinations as readonly JsonFields[]).map((each) => ({
      ...each,
      credentials: { kind: 'keys' },
    }))
    expect(JSON.parse(text)).toEqual({ ...form, destinations })
  })
})

const WITHOUT_KEYS = { credentials: { kind: 'keys', accessKeyId: '' }, hasSecret: false }

function importedFrom(expected: readonly object[]) {
  return expected.map((each) => {
    const { keptSecret: _kept, probeKey: _key, aside: _aside, ...shown } = each as typeof ARCHIVE
    return { ...shown, destinationId: expect.any(String), keysExpireAtMs: null }
  })
}

function newestEntries(): JsonFields[] {
  return entriesOf(formOf(SETTINGS_FORMS.at(-1) ?? 'settings-1.json').destinations)
}

function entriesOf(stored: Json | undefined): JsonFields[] {
  const { list } = fieldsIn(stored)
  return (list as readonly JsonFields[] | undefined)?.slice() ?? []
}

function namesIn(stored: Json | undefined): string[] {
  return Object.keys(fieldsIn(stored)).sort()
}

/** Absent in the oldest forms, and null if no check was made. */
function fieldsIn(stored: Json | undefined): JsonFields {
  return (stored ?? {}) as JsonFields
}

function fieldsRead(findings: typeof CLIENT_FINDINGS): StoreFindings {
  return StoreFindings.parse(findings)
}
