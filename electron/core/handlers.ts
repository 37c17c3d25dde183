import { join } from 'node:path'
import { type CommandName, commands } from '../contract/commands.ts'
import type { CommandHandlers } from '../contract/ferry-bridge.ts'
import { failed, type Outcome, succeeded } from '../contract/outcome.ts'
import { isDiskFull } from '../files/disk-full.ts'
import type { Checks } from './checks/checks.ts'
import type { Approvals } from './credentials/approvals.ts'
import { listProfiles } from './credentials/credential-cache.ts'
import type { SignIns } from './credentials/sign-ins.ts'
import { saveRules } from './destinations/destination-rules.ts'
import type { Destinations } from './destinations/destinations.ts'
import {
  duplicateDestination,
  forgetDestination,
  saveDestination,
  setDestinationAppearance,
} from './destinations/edit-destination.ts'
import { listBuckets } from './destinations/list-buckets.ts'
import type { LocalDestination } from './destinations/local-destination.ts'
import { exportSettings, importSettings } from './destinations/settings-transfer.ts'
import { diagnosticsText } from './host/diagnostics.ts'
import type { HostNotices } from './host/host-notices.ts'
import { queueStateOf } from './host/queue-state.ts'
import type { Updates } from './host/update-checks.ts'
import { renewShareLink } from './links/share-link.ts'
import type { CorePorts } from './ports.ts'
import type { Records } from './records/records.ts'
import type { GivenFiles } from './sources/given-files.ts'
import { diagnoseSource, type SourceRegistry } from './sources/source-registry.ts'
import { checkUploadSource } from './uploads/check-source.ts'
import { diagnoseNoResponse, diagnoseSignature } from './uploads/diagnosis/diagnose-put.ts'
import { enqueueUploads } from './uploads/queue/enqueue.ts'
import { attachSources, matchSources } from './uploads/queue/match-sources.ts'
import { uploadAgain } from './uploads/queue/upload-again.ts'
import { signParts } from './uploads/sign.ts'
import type { UploadContext } from './uploads/upload-context.ts'
import type { Uploads } from './uploads/uploads.ts'

export interface CoreDeps {
  readonly ports: CorePorts
  readonly context: UploadContext
  readonly records: Records
  readonly destinations: Destinations
  readonly approvals: Approvals
  readonly local: LocalDestination
  readonly sources: SourceRegistry
  readonly given: GivenFiles
  readonly uploads: Uploads
  readonly notices: HostNotices
  readonly checks: Checks
  readonly signIns: SignIns
  readonly updates: Updates
}

/** One thin function per command in the table. */
export function makeHandlers(parts: CoreDeps): CommandHandlers {
  const { approvals, checks, context, destinations, local, ports, records } = parts
  const { given, signIns, sources, uploads } = parts
  const edited = { destinations, records, cleanup: uploads.cleanup, ports, approvals }
  const userActed = () => ports.userActed?.()
  return guarded({
    describeHost: async () => succeeded(await describeHost(parts)),

    listDestinations: async () => succeeded(destinations.listed()),
    openLocalBucket: () => local.use(),
    checkDestination: (input) => {
      userActed()
      return checks.check(input)
    },
    cancelCheck: ({ checkId }) => checks.cancel(checkId),
    applyFix: async (input) => {
      const applied = await checks.applyFix(input)
      const { destinationId } = input.draft
      if (destinationId !== null) context.reasons.forget(destinationId)
      return applied
    },
    listBuckets: ({ draft }) => {
      userActed()
      return listBuckets({ destinations, ports, approvals }, draft)
    },
    listProfiles: async () => succeeded(await listProfiles(ports)),
    signIn: async (input) => {
      const allowed = await approvals.allowSignIn(input.source)
      return allowed.ok ? signIns.begin(input) : allowed
    },
    awaitSignIn: ({ signInId }) => signIns.end(signInId),
    cancelSignIn: async ({ signInId }) => signIns.cancel(signInId),
    listSsoAccounts: async ({ startUrl, ssoRegion }) => {
      const source = { kind: 'sso', startUrl, ssoRegion, accountId: '', roleName: '' } as const
      const allowed = await approvals.allowSignIn(source)
      return allowed.ok ? signIns.accounts(startUrl, ssoRegion) : allowed
    },
    setDestinationLook: async (input) => setDestinationAppearance(destinations, input),
    duplicateDestination: ({ destinationId }) => duplicateDestination(destinations, destinationId),
    setDefaultDestination: async ({ destinationId }) => destinations.setDefault(destinationId),
    saveRules: async (input) => {
      context.reasons.forget(input.destinationId)
      return saveRules(destinations, input)
    },
    exportSettings: async () => succeeded(exportSettings(destinations, ports.now())),
    importSettings: async ({ text }) => importSettings({ destinations, approvals }, text),
    decideConflict: async (input) => uploads.decide(input),
    saveDestination: async (draft) => {
      userActed()
      if (draft.destinationId !== null) context.reasons.forget(draft.destinationId)
      return checks.attach(await saveDestination(edited, draft))
    },
    selectDestination: async ({ destinationId }) => destinations.select(destinationId),
    forgetDestination: ({ destinationId }) => forgetDestination(edited, destinationId),
    setLinkLife: async ({ destinationId, linkSeconds }) =>
      destinations.change(destinationId, { linkSeconds }),

    countGivenFiles: async () => succeeded({ waitingCount: given.waitingCount() }),
    nextGivenFiles: async ({ systemFiles }) => succeeded(await given.next(systemFiles)),
    matchSources: async (input) => succeeded(matchSources(records, sources, input)),
    attachSources: async (input) => succeeded(attachSources(records, sources, input)),
    queueUploads: async ({ destinationId, items }) => {
      const destination = destinations.find(destinationId)
      if (destination === null) return failed({ kind: 'unknown-id' })
      userActed()
      context.reasons.forget(destinationId)
      return succeeded(enqueueUploads(records, sources, destination, items, ports.now()))
    },
    listUploads: async (input) => uploads.list(input),
    prepareUpload: (input) => uploads.prepare(input),
    signParts: (input) => signParts(context, input),
    diagnoseNoResponse: (input) => diagnoseNoResponse(context, input),
    diagnoseSignature: ({ uploadId }) => diagnoseSignature(context, uploadId),
    checkSource: ({ uploadId }) => checkUploadSource(context, uploadId),
    diagnoseSource: async ({ sourceId }) => {
      const source = sources.facts(sourceId) ?? records.sources.facts(sourceId)
      return succeeded({ failure: await diagnoseSource(source) })
    },
    completeUpload: ({ uploadId }) => uploads.complete(uploadId),
    syncUploads: async (input) => {
      if (input.marks.some(({ mark }) => mark.phase === 'waiting')) userActed()
      return uploads.sync(input)
    },
    cancelUpload: ({ uploadId }) => uploads.cancel(uploadId),
    uploadAgain: async (input) => {
      const again = await uploadAgain({ ...parts, now: ports.now }, input)
      if (again.ok) uploads.cleanup.start()
      return again
    },

    createShareLink: ({ uploadId, linkSeconds }) => renewShareLink(context, uploadId, linkSeconds),
    copyShareLink: async ({ uploadId }) => {
      const row = records.find(uploadId)
      if (row === null) return failed({ kind: 'unknown-id' })
      const { link } = row.record
      if (link === null) return failed({ kind: 'wrong-state' })
      return succeeded({ isCopied: await ports.hostShell.copyText(link.url) })
    },

    enterProxyPassword: async () =>
      (await ports.proxyPassword?.enter()) ?? failed({ kind: 'wrong-state' }),
    openFolder: ({ folder }) => openFolder(parts, folder),
    copyDiagnostics: async () => {
      const text = await diagnosticsText(parts)
      return succeeded({ isCopied: await ports.hostShell.copyText(text), text })
    },
    showProgress: async (report) => {
      ports.hostShell.showProgress(report.fraction, report.pace)
      ports.hostShell.queueChanged(queueStateOf(records, report))
      parts.updates.uploading(report.fraction !== null && report.pace === 'moving')
      return succeeded({})
    },

    describeUpdates: async () => succeeded(parts.updates.state()),
    allowUpdateChecks: async ({ isAllowed }) => succeeded(parts.updates.allow(isAllowed)),
    hideUpdate: async () => succeeded(parts.updates.hide()),
    installUpdate: async () => parts.updates.install(),
  })
}

/** A full disk is an expected failure, whichever handler meets it; everything else is a bug. */
function guarded(handlers: CommandHandlers): CommandHandlers {
  const guard = (name: CommandName) => {
    const handle = handlers[name] as (input: unknown) => Promise<Outcome<unknown>>
    return async (input: unknown) => {
      try {
        return await handle(input)
      } catch (error) {
        if (isDiskFull(error)) return failed({ kind: 'disk-full', where: 'data-folder' })
        throw error
      }
    }
  }
  const names = Object.keys(commands) as CommandName[]
  // Each entry wraps the handler of the same name, so the table keeps its types.
  return Object.fromEntries(names.map((name) => [name, guard(name)])) as unknown as CommandHandlers
}

async function describeHost({ ports, notices }: CoreDeps) {
  return {
    ...ports.description,
    secretPlace: await ports.vault.place(),
    dataFolder: ports.dataFolder,
    corsOrigin: ports.corsOrigin(),
    troubles: notices.list(),
  }
}

async function openFolder(parts: CoreDeps, folder: 'local-bucket' | 'logs' | 'data') {
  const { ports, local } = parts
  const { dataFolder } = ports
  const path =
    folder === 'local-bucket'
      ? local.objectsFolder()
      : folder === 'logs'
        ? join(dataFolder, 'logs')
        : dataFolder
  if (path === null) return failed({ kind: 'wrong-state' })
  return succeeded({ isOpened: await ports.hostShell.openFolder(path), path })
}
