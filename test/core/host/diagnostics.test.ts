import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bugFailure } from '../../../electron/core/dispatch.ts'
import { openLog } from '../../../electron/core/host/log.ts'
import { redactedLine, withoutPrivate } from '../../../electron/core/host/redact-log.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'

/** None of these may ever be in a report. */
const PLANTED = {
  host: 'objects.geheim-gmbh.example',
  bucket: 'merger-plans-2027',
  prefix: 'board/minutes/',
  name: 'Project Nightingale',
  accessKeyId: 'AKIAPLANTEDPLANTED00',
  secretAccessKey: 'plantedSecretAccessKeyplantedSecretAcces',
  sessionToken: 'FwoGZXIvYXdzEPLANTEDTOKEN',
  fileName: 'layoffs-draft.docx',
  path: '/home/ada/Documents/layoffs-draft.docx',
  windowsPath: 'C:\\Users\\Ada\\taxes.xlsx',
  ipv4: '203.0.113.77',
  ipv6: '2001:db8::beef',
  signature: 'aabbccddeeff00112233445566778899',
}

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

async function diagnostics(): Promise<string> {
  const { text } = await harness.must('copyDiagnostics', {})
  return text
}

const leaksIn = (text: string) =>
  Object.entries({ ...PLANTED, folder: harness.folder, computer: hostname() })
    .filter(([, value]) => text.toLowerCase().includes(value.toLowerCase()))
    .map(([name]) => name)

describe('the diagnostics', () => {
  it('are copied, and describe the state by kinds and counts', async () => {
    await harness.must('openLocalBucket', {})
    const { destination } = await harness.must('saveDestination', aDraft())
    const first = await harness.queueBytes(destination, 'a', someBytes(1))
    await harness.queueBytes(destination, 'b', someBytes(1))
    const mark = { phase: 'failed', failure: { kind: 'source-missing' } } as const
    await harness.sync({ marks: [{ uploadId: first.uploadId, mark }] })

    const { isCopied, text } = await harness.must('copyDiagnostics', {})

    expect(isCopied).toBe(true)
    expect(harness.heard.copied).toEqual([text])
    expect(text).toMatch(/^Ferry 0\.0\.0, loopback, on linux\nNode\.js \d+/)
    expect(text).toContain('Keys are kept: file')
    expect(text).toMatch(/^Destinations: this computer, \S+ \(keys, not yet asked\)$/m)
    expect(text).toContain('Uploads: 1 failed by source-missing, 1 waiting')
    expect(text).toContain('Notices: none')
  })

  it('contain nothing that was planted in destinations, uploads and all parts of the log', async () => {
    const { destination } = await harness.must('saveDestination', {
      ...aDraft(),
      name: PLANTED.name,
      endpoint: `https://${PLANTED.host}`,
      bucket: PLANTED.bucket,
      prefix: PLANTED.prefix,
      accessKeyId: PLANTED.accessKeyId,
      secretAccessKey: PLANTED.secretAccessKey,
      sessionToken: PLANTED.sessionToken,
    })
    await harness.queueBytes(destination, PLANTED.fileName, someBytes(1))
    const log = openLog(harness.folder)
    const sentence = Object.values(PLANTED).join(' ')
    for (const value of Object.values(PLANTED)) {
      const failing = new TypeError(`ENOENT: no such file, open '${value}' at ${sentence}`)
      log.warn({ [value]: value, reason: value, where: value, kind: value, type: value }, value)
      log.error({ error: failing, deep: { key: value, list: [value] }, command: value }, value)
      log.error({ error: value, reference: value, errorDescription: value }, `Could not ${value}`)
      bugFailure(log, failing, value)
      bugFailure(log, value, 'an unhandled rejection')
      log.info({ url: `https://${PLANTED.host}/x?X-Amz-Signature=${value}` }, 'Asked a store')
    }
    log.warn({ port: 47_470, reason: 'crashed' }, 'The last line')

    const text = await diagnostics()

    expect(leaksIn(text)).toEqual([])
    // The filter keeps the useful words.
    expect(text).toMatch(/warn The last line port=47470 reason=crashed\n$/)
    expect(text).toContain('error Unexpected error')
    expect(text).toMatch(/error=TypeError ENOENT/)
    expect(text).toContain('where=an unhandled rejection')
    expect(leaksIn(text)).toEqual([])
  })

  it('are short, however long the log is', async () => {
    const log = openLog(harness.folder)
    for (let number = 0; number < 3000; number += 1) log.info({ number }, 'A line')

    const text = await diagnostics()

    expect(text.split('\n').filter((line) => line.includes('A line'))).toHaveLength(150)
    expect(text).toContain('number=2999')
    expect(Buffer.byteLength(text)).toBeLessThan(32 * 1024)
  })

  it('are available without a log', async () => {
    expect(await diagnostics()).toContain('Last lines of the log, redacted:')
  })
})

describe('a line of the log', () => {
  const lineOf = (fields: object, msg = 'Something happened') =>
    redactedLine(JSON.stringify({ level: 40, time: '2026-12-01T00:00:00.000Z', ...fields, msg }))
  const head = '2026-12-01T00:00:00.000Z warn Something happened'

  it.each([
    [{ count: 3, isLast: true }, `${head} count=3 isLast=true`],
    [{ kind: 'access-denied' }, `${head} kind=access-denied`],
    [{ command: 'saveDestination' }, `${head} command=saveDestination`],
    [{ command: 'saveDestinations' }, `${head} command=[…]`],
    [{ paths: ['draft.name', 'draft.bucket'] }, `${head} paths=[2]`],
    [{ refused: { host: 2, origin: 1 } }, `${head} refused={host=2 origin=1}`],
    [{ why: 'in /home/ada' }, `${head} why=[…]`],
    [{ '10.0.0.1': 1, plantedSecretAccessKeyplanted: 1 }, head],
    [{ where: 'saveRules' }, `${head} where=saveRules`],
    [{ where: 'plantedSecretAccessKey' }, `${head} where=[…]`],
  ])('%j is shown as %s', (fields, shown) => {
    expect(lineOf(fields)).toBe(shown)
  })

  it.each([
    'S3.example.com refused',
    'Read /etc/passwd',
    '10.0.0.1',
    'FwoGZXIvYXdzEPLANTED',
    'Nightingale',
  ])('with a text that is no sentence of ours (%s) is shown without it', (text) => {
    expect(lineOf({}, text)).toBe('2026-12-01T00:00:00.000Z warn […]')
  })

  it('keeps an error’s kind, its codes and the positions in our code', () => {
    const error = [
      "Error: net::ERR_TUNNEL_CONNECTION_FAILED ECONNRESET EXAMPLEKEY 'film.mov'",
      '    at send (file:///opt/Ferry/resources/app.asar/out/main/index.js:10:5)',
      '    at node:internal/process/task_queues:105:5',
      '    at other (/home/ada/film.mov:1:1)',
    ].join('\n')

    expect(lineOf({ error })).toBe(
      `${head} error=Error ERR_TUNNEL_CONNECTION_FAILED ECONNRESET @main/index.js:10 @internal/process/task_queues:105`,
    )
  })

  it('is omitted if it is not ours', () => {
    expect(['', 'half a line"}', '7', 'null', '"text"'].map(redactedLine)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })
})

it('loses everything that is known to be private wherever it occurs, the longest first', () => {
  expect(withoutPrivate('at photos.example and photos', ['photos', 'photos.example', 'at'])).toBe(
    'at […] and […]',
  )
})
