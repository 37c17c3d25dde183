import type { Proof } from '../../electron/contract/checksum.ts'
import type { CheckReport } from '../../electron/contract/commands/checks.ts'
import type { CredentialSource } from '../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { HostDescription } from '../../electron/contract/commands/host.ts'
import type { Source, UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../electron/contract/commands.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { CommandCalls, FerryBridge } from '../../electron/contract/ferry-bridge.ts'
import type { NoticeName, NoticePayload } from '../../electron/contract/notices.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'

/** The fake host's initial state. Plain data, because it is serialised into the page. */
export interface FakeWorld {
  readonly host: HostDescription
  readonly destinations: readonly Destination[]
  readonly selectedId: Destination['destinationId'] | null
  readonly uploads: readonly UploadRecord[]
  readonly checkReport: CheckReport
  readonly rules: Destination['rules']
  readonly isCopied: boolean
  /** The verification result of uploads that are completed here. */
  readonly proof: Proof
  /** Commands that fail from the start. */
  readonly failures: Partial<Record<CommandName, Failure>>
  /** Answers of commands, one after another; the last one is repeated forever. */
  readonly answers: { readonly [N in CommandName]?: readonly CommandOutput<N>[] }
}

/** The handle for tests, as `window.fake`. */
interface FakeHost {
  readonly calls: readonly { readonly command: CommandName; readonly input: unknown }[]
  /** From now on the command fails with this; null: it works again. */
  readonly failWith: (command: CommandName, failure: Failure | null) => void
  /** Delays the command's answers until `release`. */
  readonly hold: (command: CommandName) => void
  readonly release: (command: CommandName) => void
  readonly notify: <N extends NoticeName>(name: N, payload: NoticePayload<N>) => void
}

declare global {
  interface Window {
    fake: FakeHost
  }
}

/**
 * A host with the same interface as the preload's, inside the page, without a store or a disk. The
 * function is passed to the page as text, so it must not use anything outside itself.
 */
export function installFakeBridge(world: FakeWorld): void {
  let { destinations, selectedId } = world
  let defaultId: Destination['destinationId'] | null = null
  const uploads = new Map(world.uploads.map((record) => [record.uploadId, record]))
  const sources = new Map<string, Source>()
  const calls: { command: CommandName; input: unknown }[] = []
  const failures = new Map(Object.entries(world.failures))
  const answers = new Map<string, unknown[]>(
    Object.entries(world.answers).map(([name, those]) => [name, [...those]]),
  )
  const gates = new Map<CommandName, { promise: Promise<void>; open: () => void }>()
  const listeners = new Map<NoticeName, Set<(payload: never) => void>>()
  const notify: FakeHost['notify'] = (name, payload) => {
    for (const listener of listeners.get(name) ?? []) listener(payload as never)
  }
  /** Fixes that were applied, by kind. */
  const mended = new Set<string>()

  const isUnfinished = ({ status }: UploadRecord) =>
    status.phase !== 'done' && status.phase !== 'cancelled'
  const newId = <T extends string>() => crypto.randomUUID() as T
  const ok = <T>(value: T): Outcome<T> => ({ ok: true, value })
  const unknown: Outcome<never> = { ok: false, failure: { kind: 'unknown-id' } }
  const linkOf = (record: UploadRecord, seconds: number) => ({
    url: `${location.origin}/store/${record.uploadId}/${encodeURIComponent(record.name)}`,
    createdAtMs: Date.now(),
    expiresAtMs: Date.now() + seconds * 1000,
  })
  const change = (uploadId: UploadRecord['uploadId'], changes: Partial<UploadRecord>) => {
    const record = uploads.get(uploadId)
    if (record === undefined) return unknown
    const changed = { ...record, ...changes }
    uploads.set(uploadId, changed)
    return ok(changed)
  }
  const sourceOf = (draft: DestinationDraft): CredentialSource => {
    switch (draft.credentialKind) {
      case 'keys':
        return { kind: 'keys', accessKeyId: draft.accessKeyId.trim() }
      case 'profile':
        return { kind: 'profile', profile: draft.profile }
      case 'sso':
        return {
          kind: 'sso',
          startUrl: draft.ssoStartUrl,
          ssoRegion: draft.ssoRegion,
          accountId: draft.ssoAccountId,
          roleName: draft.ssoRoleName,
        }
      default:
        return { kind: 'environment' }
    }
  }
  const addDestination = (destination: Destination) => {
    destinations = [
      ...destinations.filter(({ destinationId }) => destinationId !== destination.destinationId),
      destination,
    ]
    selectedId = destination.destinationId
  }
  const changeDestination = (
    destinationId: Destination['destinationId'],
    changes: Partial<Destination>,
  ) => {
    const found = destinations.find((each) => each.destinationId === destinationId)
    if (found === undefined) return unknown
    const changed = { ...found, ...changes }
    destinations = destinations.map((each) => (each === found ? changed : each))
    return ok(changed)
  }
  const blank = {
    prefix: '',
    region: 'local',
    pathStyle: true,
    credentials: { kind: 'keys' as const, accessKeyId: 'FAKEKEY' },
    color: 'blue' as const,
    keysExpireAtMs: null,
    rules: world.rules,
    findings: null,
    hasSecret: true,
    linkSeconds: 86_400,
    maxPartCount: 10_000,
    integrity: null,
  }

  type Handlers = {
    [N in CommandName]: (input: CommandInput<N>) => Awaited<ReturnType<CommandCalls[N]>>
  }
  const handlers: Handlers = {
    describeHost: () => ok({ ...world.host, troubles: [...world.host.troubles] }),
    listDestinations: () => ok({ destinations: [...destinations], selectedId, defaultId }),
    openLocalBucket() {
      const local = destinations.find(({ kind }) => kind === 'local') ?? {
        ...blank,
        destinationId: newId<Destination['destinationId']>(),
        kind: 'local',
        name: 'This computer',
        provider: 'other',
        endpoint: location.origin,
        bucket: 'ferry',
        secretPlace: 'file',
      }
      addDestination(local)
      return ok(local)
    },
    checkDestination({ checkId, draft }) {
      const lines = world.checkReport.lines.map((line) => {
        const { fix, step } = line
        const isMended =
          fix?.kind === 'use-region' ? draft.region === fix.region : mended.has(fix?.kind ?? '')
        return isMended ? { step, verdict: 'passed' as const, finding: null, fix: null } : line
      })
      for (const line of lines) notify('checkProgressed', { checkId, line })
      const findings = {
        checkedAtMs: Date.now(),
        integrity: null,
        conditionalPut: null,
        conditionalComplete: null,
        takesPostForms: null,
        maxPartCount: null,
        versioning: null,
        unfinishedDays: null,
        isPublic: null,
      }
      destinations = destinations.map((each) =>
        each.destinationId === draft.destinationId ? { ...each, findings } : each,
      )
      return ok({ ...world.checkReport, lines })
    },
    cancelCheck: () => ok({}),
    applyFix({ fix }) {
      mended.add(fix.kind)
      return ok({})
    },
    listBuckets: () => ok({ buckets: [], isComplete: true }),
    listProfiles: () => ok({ profiles: [], hasEnvironment: false }),
    signIn: () => ok({ step: 'ready', expiresAtMs: null }),
    awaitSignIn: () => ok({ step: 'ready', expiresAtMs: null }),
    cancelSignIn: () => ok({}),
    listSsoAccounts: () => ok({ accounts: [] }),
    setDestinationLook: ({ destinationId, ...look }) => changeDestination(destinationId, look),
    duplicateDestination({ destinationId }) {
      const found = destinations.find((each) => each.destinationId === destinationId)
      if (found === undefined) return unknown
      const copy: Destination = {
        ...found,
        destinationId: newId<Destination['destinationId']>(),
        name: `${found.name} (copy)`,
        color: 'teal',
      }
      addDestination(copy)
      return ok(copy)
    },
    setDefaultDestination({ destinationId }) {
      defaultId = destinationId
      return ok({})
    },
    saveRules: ({ destinationId, rules }) => changeDestination(destinationId, { rules }),
    exportSettings: () => ok({ fileName: 'ferry-settings.json', text: '{"destinations":[]}' }),
    importSettings: () =>
      ok({
        addedCount: 0,
        knownCount: 0,
        unreadableCount: 0,
        partlyRead: [],
        fileVersion: 'known' as const,
      }),
    decideConflict: ({ uploadIds, decision }) => {
      const status =
        decision === 'skip'
          ? ({ phase: 'cancelled', storeIsClean: true, why: 'exists' } as const)
          : ({ phase: 'waiting' } as const)
      const changed = uploadIds.map((uploadId) => change(uploadId, { status }))
      return ok({ uploads: changed.flatMap((each) => (each.ok ? [each.value] : [])) })
    },
    saveDestination(draft) {
      const destination: Destination = {
        ...blank,
        destinationId: draft.destinationId ?? newId<Destination['destinationId']>(),
        kind: 's3',
        name: draft.name || draft.bucket,
        provider: draft.provider,
        endpoint: draft.endpoint,
        region: draft.region,
        bucket: draft.bucket,
        prefix: draft.prefix,
        pathStyle: draft.pathStyle,
        credentials: sourceOf(draft),
        secretPlace: draft.keepSecret ? world.host.secretPlace : 'memory',
      }
      addDestination(destination)
      const isTrimmed = draft.accessKeyId !== draft.accessKeyId.trim()
      return ok({
        destination,
        notes: isTrimmed ? [{ field: 'accessKeyId', change: 'trimmed' }] : [],
      })
    },
    selectDestination({ destinationId }) {
      selectedId = destinationId
      return ok({})
    },
    forgetDestination({ destinationId }) {
      destinations = destinations.filter((each) => each.destinationId !== destinationId)
      if (selectedId === destinationId) selectedId = destinations[0]?.destinationId ?? null
      return ok({})
    },
    setLinkLife: ({ destinationId, linkSeconds }) =>
      changeDestination(destinationId, { linkSeconds }),
    matchSources({ destinationId, items }) {
      const matches = items.flatMap(({ sourceId, relativePath }) => {
        const byteLength = sources.get(sourceId)?.byteLength
        const waiting = [...uploads.values()].filter(
          (each) =>
            each.destinationId === destinationId &&
            each.folder + each.name === relativePath &&
            each.byteLength === byteLength &&
            isUnfinished(each),
        )
        return waiting.length === 0
          ? []
          : [{ sourceId, uploadIds: waiting.map(({ uploadId }) => uploadId) }]
      })
      return ok({ matches })
    },
    attachSources({ attachments }) {
      const attached: UploadRecord[] = []
      const refused: { sourceId: Source['sourceId']; failure: Failure }[] = []
      for (const { uploadId, sourceId } of attachments) {
        const record = uploads.get(uploadId)
        const isSame = sources.get(sourceId)?.byteLength === record?.byteLength
        if (record === undefined) refused.push({ sourceId, failure: { kind: 'unknown-id' } })
        else if (!isSame) refused.push({ sourceId, failure: { kind: 'source-changed' } })
        else {
          uploads.set(uploadId, { ...record, sourceId })
          attached.push({ ...record, sourceId })
        }
      }
      return ok({ uploads: attached, refused })
    },
    queueUploads({ destinationId, items }) {
      const records = items.flatMap((item) => {
        const source = sources.get(item.sourceId)
        if (source === undefined) return []
        const folder = item.relativePath.slice(0, item.relativePath.lastIndexOf('/') + 1)
        const record: UploadRecord = {
          uploadId: newId<UploadRecord['uploadId']>(),
          destinationId,
          name: item.relativePath.slice(folder.length),
          folder,
          key: item.relativePath,
          byteLength: source.byteLength,
          contentType: item.contentType,
          status: { phase: 'waiting' },
          sourceId: item.sourceId,
          isSourceDurable: false,
          plan: null,
          recordedBytes: 0,
          link: null,
          createdAtMs: Date.now(),
        }
        uploads.set(record.uploadId, record)
        return [record]
      })
      return ok({ uploads: records, refused: [] })
    },
    listUploads({ after, limit }) {
      const all = [...uploads.values()]
      const from = all.findIndex(({ uploadId }) => uploadId === after) + 1
      return ok({ uploads: all.slice(from, from + limit), hasMore: from + limit < all.length })
    },
    prepareUpload({ uploadId }) {
      const record = uploads.get(uploadId)
      if (record === undefined) return unknown
      const { byteLength } = record
      const partBytes = 16 * 1024 * 1024
      const plan =
        record.plan ??
        (byteLength < 2 * partBytes
          ? { mode: 'single' as const, byteLength }
          : { mode: 'multipart' as const, byteLength, partBytes })
      change(uploadId, { plan })
      return ok({ plan, algorithm: 'crc64nvme', held: [], isComplete: false })
    },
    signParts: ({ uploadId, parts }) => {
      // The page's transport sends only to URLs that look signed.
      const signed = 'X-Amz-SignedHeaders=host&X-Amz-Signature=fake'
      return ok(
        parts.map(({ partNumber }) => ({
          partNumber,
          url: `${location.origin}/store/${uploadId}?partNumber=${partNumber}&${signed}`,
          headers: {},
          expiresAtMs: Date.now() + 900_000,
          bucket: 'ferry',
          isLocal: false,
        })),
      )
    },
    diagnoseNoResponse: () => ok({ kind: 'unexplained', isStoreReached: false }),
    diagnoseSignature: () => ok({ failure: null }),
    diagnoseSource: () => ok({ failure: null }),
    // Only a host that can read the file can confirm that it is unchanged.
    checkSource: () => ok({ isUnwritten: world.host.host === 'desktop' }),
    completeUpload({ uploadId }) {
      const record = uploads.get(uploadId)
      if (record === undefined) return unknown
      return change(uploadId, {
        status: { phase: 'done', finishedAtMs: Date.now(), etag: '"fake"', proof: world.proof },
        link: linkOf(record, 86_400),
      })
    },
    syncUploads({ marks, cleared }) {
      for (const { uploadId, mark } of marks) change(uploadId, { status: mark })
      for (const uploadId of cleared) uploads.delete(uploadId)
      return ok({ refused: [] })
    },
    cancelUpload: ({ uploadId }) =>
      change(uploadId, { status: { phase: 'cancelled', storeIsClean: true, why: 'person' } }),
    uploadAgain({ uploadId, sourceId }) {
      const record = uploads.get(uploadId)
      if (record === undefined) return unknown
      if (sourceId === null && !record.isSourceDurable) {
        return { ok: false, failure: { kind: 'source-detached' } }
      }
      const source = sourceId === null ? undefined : sources.get(sourceId)
      const successor: UploadRecord = {
        ...record,
        uploadId: newId<UploadRecord['uploadId']>(),
        byteLength: source?.byteLength ?? record.byteLength,
        status: { phase: 'waiting' },
        sourceId: sourceId ?? record.sourceId,
        plan: null,
        recordedBytes: 0,
      }
      uploads.delete(uploadId)
      uploads.set(successor.uploadId, successor)
      return ok(successor)
    },
    createShareLink({ uploadId, linkSeconds }) {
      const record = uploads.get(uploadId)
      if (record === undefined) return unknown
      const link = linkOf(record, linkSeconds ?? 86_400)
      change(uploadId, { link })
      return ok(link)
    },
    copyShareLink: () => ok({ isCopied: world.isCopied }),
    enterProxyPassword: () => ok({}),
    openFolder: ({ folder }) => ok({ isOpened: false, path: `/home/ada/ferry/${folder}` }),
    copyDiagnostics: () => ok({ isCopied: world.isCopied, text: 'Ferry 0.1.0, desktop' }),
    showProgress: () => ok({}),
    // Like in a browser; a test that needs updates sets `answers`.
    describeUpdates: () => ok(null),
    allowUpdateChecks: () => ok(null),
    hideUpdate: () => ok(null),
    installUpdate: () => ok(null),
    countGivenFiles: () => ok({ waitingCount: 0 }),
    nextGivenFiles: () =>
      ok({
        files: [],
        refused: [],
        unreadable: [],
        emptyFolderCount: 0,
        linkCount: 0,
        leftBySystem: [],
        isLast: true,
      }),
  }

  const call = async (command: CommandName, input: unknown): Promise<unknown> => {
    calls.push({ command, input })
    await gates.get(command)?.promise
    const failure = failures.get(command)
    if (failure !== undefined) return { ok: false, failure }
    const those = answers.get(command)
    if (those !== undefined) return ok(structuredClone(those.length > 1 ? those.shift() : those[0]))
    return structuredClone(handlers[command](input as never))
  }
  const subscribe = (name: NoticeName, listener: (payload: never) => void) => {
    const those = listeners.get(name) ?? new Set()
    listeners.set(name, those.add(listener))
    return () => void those.delete(listener)
  }

  const bridge: FerryBridge<File> = {
    commands: Object.fromEntries(
      Object.keys(handlers).map((name) => [
        name,
        (input: unknown) => call(name as CommandName, input),
      ]),
    ) as unknown as CommandCalls,
    notices: {
      uploadsChanged: (listener) => subscribe('uploadsChanged', listener),
      destinationsChanged: (listener) => subscribe('destinationsChanged', listener),
      troublesChanged: (listener) => subscribe('troublesChanged', listener),
      checkProgressed: (listener) => subscribe('checkProgressed', listener),
      linkNotOpened: (listener) => subscribe('linkNotOpened', listener),
      menuChosen: (listener) => subscribe('menuChosen', listener),
      diagnosticsCopied: (listener) => subscribe('diagnosticsCopied', listener),
      filesGiven: (listener) => subscribe('filesGiven', listener),
      powerChanged: (listener) => subscribe('powerChanged', listener),
      updatesChanged: (listener) => subscribe('updatesChanged', listener),
    },
    inspectFolders: async (folders) => ok(folders.map(() => null)),
    async registerSources(files) {
      return ok(
        files.map((file) => {
          const source: Source = {
            sourceId: newId<Source['sourceId']>(),
            name: file.name,
            byteLength: file.size,
            modifiedAtMs: file.lastModified,
            isDurable: false,
          }
          sources.set(source.sourceId, source)
          return ok(source)
        }),
      )
    },
  }
  Object.assign(window, { ferry: bridge })
  window.fake = {
    calls,
    failWith(command, failure) {
      if (failure === null) failures.delete(command)
      else failures.set(command, failure)
    },
    hold(command) {
      const { promise, resolve } = Promise.withResolvers<void>()
      gates.set(command, { promise, open: resolve })
    },
    release(command) {
      gates.get(command)?.open()
      gates.delete(command)
    },
    notify,
  }
}
