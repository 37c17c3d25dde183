import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc, { type Arbitrary } from 'fast-check'
import { type CommandName, commands } from '../../../electron/contract/commands.ts'
import { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { ConfirmationAnswer } from '../../../electron/core/credentials/confirmation.ts'
import { dispatch, RefusedMessage } from '../../../electron/core/dispatch.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'
import { refusal, StubStore } from '../../fakes/stub-store.ts'
import { HOSTILE_TEXTS, QUERY_CANARY, SECRET_CANARY } from './hostile-values.ts'
import type { TextFor } from './schema-inputs.ts'

/** A command that has not answered by then never will. */
const DEADLINE_MS = 30_000
/** Commands that return the location of Ferry's files, because the window shows it. */
const TELL_PATHS: readonly CommandName[] = ['describeHost', 'openFolder']

/** A real signature; the page may get back the ones that it entered itself. */
const SIGNATURE = /X-Amz-Signature=[0-9a-f]{64}/

export interface FuzzCase {
  readonly name: string
  readonly input: unknown
}

/** A real core with valuable data, in a folder whose surroundings are watched. */
export class FuzzWorld {
  readonly textFor: TextFor
  readonly #harness: CoreHarness
  readonly #stub: StubStore
  readonly #root: string
  readonly #temporaryBefore: string | undefined
  readonly #secrets: readonly string[]

  private constructor(
    root: string,
    temporaryBefore: string | undefined,
    harness: CoreHarness,
    stub: StubStore,
    textFor: TextFor,
  ) {
    this.#root = root
    this.#temporaryBefore = temporaryBefore
    this.#harness = harness
    this.#stub = stub
    this.textFor = textFor
    this.#secrets = [SECRET_CANARY, harness.localKeys().secretAccessKey]
  }

  /** `answer`: the user's answer whenever a command asks for confirmation. */
  static async start(answer: ConfirmationAnswer = 'cannot-ask'): Promise<FuzzWorld> {
    const root = mkdtempSync(join(tmpdir(), 'ferry-fuzz-'))
    const temporaryBefore = process.env.TMPDIR
    mkdirSync(join(root, 'home'))
    mkdirSync(join(root, 'temporary'))
    process.env.TMPDIR = join(root, 'temporary')
    const stub = await StubStore.start(refusal(403, 'AccessDenied'))
    let skippedMs = 0
    let said: ConfirmationAnswer = 'confirmed'
    const harness = await CoreHarness.start({
      environment: { HOME: join(root, 'home') },
      confirm: async () => said,
      now: () => Date.now() + skippedMs,
      sleep: async (ms) => {
        skippedMs += ms
      },
    })
    const ids = await seeded(harness, stub)
    const { text } = await harness.must('exportSettings', {})
    said = answer
    return new FuzzWorld(root, temporaryBefore, harness, stub, textsFor(ids, stub, text))
  }

  /** Null if the command's answer is allowed; otherwise the problem. */
  async problemWith({ name, input }: FuzzCase): Promise<string | null> {
    const { core, ports } = this.#harness
    const asked = dispatch(core.handlers, ports.log, name, input)
    const late = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => late.resolve('late'), DEADLINE_MS)
    try {
      const outcome = await Promise.race([asked, late.promise])
      return outcome === 'late' ? 'did not answer' : this.#problemIn(name, outcome)
    } catch (error) {
      if (error instanceof RefusedMessage) return null
      return `threw ${error instanceof Error ? error.stack : String(error)}`
    } finally {
      clearTimeout(timer)
    }
  }

  /** Forbidden side effects so far, in the log, in notices and on the disk. */
  async problems(): Promise<readonly string[]> {
    const { log, notices } = this.#harness.heard
    const described = await this.problemWith({ name: 'describeHost', input: {} })
    return [
      ...(described === null ? [] : [`describeHost afterwards: ${described}`]),
      ...this.#secretsIn(log).map((line) => `logged a secret: ${line}`),
      ...linesWith(log, QUERY_CANARY).map((line) => `logged a query: ${line}`),
      ...linesWith(log, 'X-Amz-Signature=').map((line) => `logged a signature: ${line}`),
      ...linesWith(log, 'Unexpected error').map((line) => `logged a bug: ${line}`),
      ...this.#secretsIn(JSON.stringify(notices)).map(() => 'told a secret in a notice'),
      ...this.#strayFiles().map((file) => `wrote ${file}`),
    ]
  }

  async close(): Promise<void> {
    await this.#harness.close()
    await this.#stub.close()
    if (this.#temporaryBefore === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = this.#temporaryBefore
    rmSync(this.#root, { recursive: true, force: true })
  }

  #problemIn(name: string, outcome: Awaited<ReturnType<typeof dispatch>>): string | null {
    const text = JSON.stringify(outcome)
    if (this.#secretsIn(text).length > 0) return 'answered a secret'
    if (!outcome.ok) {
      const { failure } = outcome
      if (failure.kind === 'internal') return `failed as a bug, ${failure.reference}`
      if (!Failure.safeParse(failure).success) return `answered no failure: ${text.slice(0, 300)}`
      if (text.includes(this.#harness.folder)) return `told a path in ${failure.kind}`
      return SIGNATURE.test(text) ? `told a signature in ${failure.kind}` : null
    }
    const { output } = commands[name as CommandName]
    if (!output.safeParse(outcome.value).success) return 'answered outside of its schema'
    const tellsPaths = TELL_PATHS.some((each) => each === name)
    if (!tellsPaths && text.includes(this.#harness.folder)) return 'told a path'
    return signedOutsideOfUrls(outcome.value) ? 'told a signature' : null
  }

  #secretsIn(text: string): readonly string[] {
    return this.#secrets.flatMap((secret) => linesWith(text, secret))
  }

  /** Files next to the data folder, which is inside the temporary folder. */
  #strayFiles(): readonly string[] {
    return readdirSync(this.#root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(this.#root, name))
      .filter((path) => !path.startsWith(this.#harness.folder))
      .filter((path) => !['home', 'temporary'].some((each) => path === join(this.#root, each)))
  }
}

/** The number of uploads in each state, because the commands clear and cancel some. */
const COPIES = 3

interface Ids {
  readonly uploads: readonly string[]
  readonly destinations: readonly string[]
  readonly sources: readonly string[]
}

/**
 * Uploads in several states, in the bucket on this computer and on a store that refuses everything.
 */
async function seeded(harness: CoreHarness, stub: StubStore): Promise<Ids> {
  const local = await harness.must('openLocalBucket', {})
  const draft = aDraft({ endpoint: stub.endpoint, secretAccessKey: `${SECRET_CANARY}-stored` })
  const { destination } = await harness.must('saveDestination', draft)
  const bytes = someBytes(100)
  const uploads: string[] = []
  for (let copy = 0; copy < COPIES; copy += 1) {
    const done = await harness.queueBytes(local, `done-${copy}.txt`, bytes)
    await harness.prepared(done.uploadId)
    await harness.send(done.uploadId, bytes, [1])
    await harness.must('completeUpload', { uploadId: done.uploadId })
    const file = await harness.registerFile(`begun-${copy}.txt`, bytes)
    const begun = await harness.queue(local, file)
    await harness.prepared(begun.uploadId)
    const waiting = await harness.queueBytes(local, `waiting-${copy}.txt`, bytes)
    const elsewhere = await harness.queueBytes(destination, `elsewhere-${copy}.txt`, bytes)
    uploads.push(...[done, begun, waiting, elsewhere].map(({ uploadId }) => uploadId))
  }
  const spare = [
    await harness.registerFacts('spare.txt', 3),
    await harness.registerFile('spare-with-path.txt', bytes),
  ]
  return {
    uploads,
    destinations: [local.destinationId, destination.destinationId],
    sources: spare.map(({ sourceId }) => sourceId),
  }
}

/** Most texts are hostile; some are valid, so that commands get far with them. */
function textsFor(ids: Ids, stub: StubStore, settings: string): TextFor {
  const known = [...ids.uploads, ...ids.destinations, ...ids.sources]
  const hostile = fc.constantFrom(...HOSTILE_TEXTS)
  const usual = (...texts: readonly string[]): Arbitrary<string> =>
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...texts) }, { weight: 2, arbitrary: hostile })
  return (field) => {
    if (/^uploadId/.test(field)) return fc.constantFrom(...ids.uploads)
    if (field === 'destinationId') return fc.constantFrom(...ids.destinations)
    if (field === 'sourceId') return fc.constantFrom(...ids.sources)
    if (/Ids?$/.test(field) && !/^(accessKey|key|account|ssoAccount)Id$/.test(field)) {
      return fc.constantFrom(...known)
    }
    if (/secret|token/i.test(field)) return usual(`${SECRET_CANARY}-typed`, '')
    if (field === 'endpoint') return usual(stub.endpoint, 'http://127.0.0.1:9')
    if (field === 'text') return importable(settings)
    return fc.oneof(
      { weight: 3, arbitrary: usual('photos', 'eu-1', 'file.txt', 'a/b.txt', 'text/plain') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
    )
  }
}

/** A settings file in which one text is replaced. */
function importable(settings: string): Arbitrary<string> {
  const texts = [...new Set(settings.match(/"[^"\\]*"/g) ?? [])]
  return fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom(...HOSTILE_TEXTS))
    .map(([text, hostile]) => settings.replaceAll(text, () => JSON.stringify(hostile)))
}

function linesWith(text: string, mark: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf(mark)
    return at < 0 ? [] : [line.slice(0, 300)]
  })
}

/** Some commands return a signed URL; in any other field it would be a leak. */
function signedOutsideOfUrls(value: unknown, field = ''): boolean {
  if (typeof value === 'string') return field !== 'url' && SIGNATURE.test(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inner]) =>
    signedOutsideOfUrls(inner, Array.isArray(value) ? field : name),
  )
}
