import type { FolderFindings } from '../contract/commands/sources.ts'
import type { Source } from '../contract/commands/uploads.ts'
import type { CommandHandlers } from '../contract/ferry-bridge.ts'
import { type Outcome, succeeded } from '../contract/outcome.ts'
import { Checks } from './checks/checks.ts'
import { Approvals } from './credentials/approvals.ts'
import { awsPaths } from './credentials/aws-profiles.ts'
import { CredentialCache } from './credentials/credential-cache.ts'
import { SignIns } from './credentials/sign-ins.ts'
import { DestinationSecrets } from './destinations/destination-secrets.ts'
import { Destinations } from './destinations/destinations.ts'
import { originsOf } from './destinations/endpoint.ts'
import { LocalDestination } from './destinations/local-destination.ts'
import { Stores } from './destinations/stores.ts'
import { namesOnly } from './destinations/unread-settings.ts'
import { bugFailure } from './dispatch.ts'
import { makeHandlers } from './handlers.ts'
import { defaultFolder, localBucketFolder } from './host/default-folders.ts'
import { HostNotices } from './host/host-notices.ts'
import { Updates } from './host/update-checks.ts'
import { makeShareLink } from './links/share-link.ts'
import type { CorePorts, Environment, SourceFacts } from './ports.ts'
import { openRecords } from './records/open-records.ts'
import { pause } from './s3/abort-multipart.ts'
import { ProvenChangeTimes } from './sources/change-times.ts'
import { GivenFiles } from './sources/given-files.ts'
import { inspectFolders } from './sources/inspect-folder.ts'
import { homeOf, NO_LIMITS, type SourceLimits, sourceLimits } from './sources/off-limits.ts'
import { SourceRegistry } from './sources/source-registry.ts'
import { NoResponseReasons } from './uploads/diagnosis/no-response-reasons.ts'
import { PutProbeRunner } from './uploads/diagnosis/put-probe-runner.ts'
import { targetOf, type UploadContext } from './uploads/upload-context.ts'
import { Uploads } from './uploads/uploads.ts'

/** The main side's work, ready to be served by a transport. */
export interface Core {
  readonly handlers: CommandHandlers
  /**
   * Returns one outcome per file, in order. Files with a path are stat'ed; the facts of the others
   * are trusted.
   */
  readonly registerSources: (files: readonly SourceFacts[]) => Promise<readonly Outcome<Source>[]>
  /**
   * Takes files and folders that the system gave to the app itself: they wait until the page asks.
   */
  readonly giveFiles: (paths: readonly string[]) => void
  /** Returns one answer per path, in order; null if there is no path, or no folder. */
  readonly inspectFolders: (
    paths: readonly (string | null)[],
  ) => Promise<readonly (FolderFindings | null)[]>
  /** The file behind a ticket, for `source://`; null for an unknown or path-less one. */
  readonly sourcePath: (sourceId: string) => SourceFacts | null
  /**
   * True for share links in the records, for the page of a pending sign-in and for the page of a
   * newer release: the URLs that the desktop opens in the user's browser.
   */
  readonly mayOpen: (url: string) => boolean
  /** Every origin to which a part for the present destinations may be sent. */
  readonly storeOrigins: () => readonly string[]
  /** Reports an unexpected error, outside every command, which the host has logged. */
  readonly noteUnexpectedError: (reference: string) => void
  /** Puts the newest link that has not expired on the clipboard; false: there is none. */
  readonly copyLatestLink: () => Promise<boolean>
  /** Stops the local bucket, closes the records. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * Assembles the core. The host calls it once per data folder, and nothing else may use that folder.
 * @throws when the data folder cannot be written to.
 */
export async function createCore(ports: CorePorts): Promise<Core> {
  const { records, notices: recordNotices } = await openRecords(ports.dataFolder, ports.now())
  const notices = new HostNotices([...ports.earlyTroubles, ...recordNotices], (list) =>
    ports.notify('troublesChanged', { troubles: list }),
  )
  const { destinations, ring, approvals, credentials } = openDestinations(ports, notices)
  watchVault(ports, credentials, destinations, notices)
  ports.settings.watchHeld?.((isHeld) => notices.fileHeld('settings.json', isHeld))
  for (const each of destinations.all())
    records.transfers.adoptTarget(each.destinationId, targetOf(each))
  const signIns = new SignIns(ports, ring)
  const bucketFolder = localBucketFolder({ ...ports, platform: process.platform })
  const local = new LocalDestination({
    ...{ ports, destinations, notices },
    links: records.links,
    folder: bucketFolder,
  })
  const clockSeen = (offsetMs: number) => notices.clockSeen(offsetMs, ports.now())
  const stores = new Stores(
    destinations,
    { ...ports, clockSeen },
    () => local.isUp(),
    async (each) => (approvals.isAllowed(each) ? succeeded(null) : approvals.allow(each)),
  )
  const putProbes = new PutProbeRunner(ports, stores)
  const context: UploadContext = {
    records,
    stores,
    putProbes,
    reasons: new NoResponseReasons(ports, putProbes),
    makeLink: (store, row) => makeShareLink(store, row, store.destination.linkSeconds, ports.now()),
    log: ports.log,
    now: ports.now,
    sleep: ports.sleep ?? pause,
    changed: (changed) => ports.notify('uploadsChanged', { uploads: changed }),
  }
  const uploads = new Uploads(context)
  const limits = limitsOf(ports, bucketFolder, (server) => approvals.allowServer(server))
  const changeTimes = new ProvenChangeTimes({ ...ports, platform: process.platform })
  const sources = new SourceRegistry(limits, changeTimes)
  const given = new GivenFiles(sources, limits, (waitingCount) =>
    ports.notify('filesGiven', { waitingCount }),
  )
  await startLocal(ports, local)
  openEndpoints(ports, destinations, approvals)
  uploads.cleanup.start()
  const checks = new Checks({ destinations, ports, approvals, localIsUp: () => local.isUp() })
  const updates = new Updates(ports)
  const parts = {
    ports,
    context,
    records,
    destinations,
    approvals,
    local,
    sources,
    given,
    uploads,
    notices,
    checks,
    signIns,
    updates,
  }
  return {
    handlers: makeHandlers(parts),
    registerSources: (files) => sources.register(files),
    giveFiles: (paths) => given.give(paths),
    inspectFolders: async (paths) =>
      inspectFolders(await Promise.all(paths.map((path) => openPath(limits, path)))),
    sourcePath: (sourceId) => {
      const facts = sources.facts(sourceId) ?? records.sources.facts(sourceId)
      return facts?.path == null ? null : facts
    },
    mayOpen: (url) =>
      records.links.isShareLink(url) || signIns.isSignInPage(url) || updates.isReleasePage(url),
    copyLatestLink: async () => {
      const url = records.links.latest(ports.now())
      return url !== null && ports.hostShell.copyText(url)
    },
    storeOrigins: () => originsOf(destinations.all()),
    noteUnexpectedError: (reference) => notices.unexpectedError(reference),
    close: once(async () => {
      signIns.close()
      updates.close()
      await Promise.all([uploads.close(), checks.close(), putProbes.close()])
      stores.close()
      await local.close()
      records.close()
      await ports.settings.close?.()
    }),
  }
}

/** Null: nothing may be read there, so there is nothing to find either. */
async function openPath(limits: SourceLimits, path: string | null): Promise<string | null> {
  if (path === null || limits.ofPath(path) !== null) return null
  if ((await limits.ofServer(path)) !== null) return null
  return (await limits.ofPlace(path, null)) === null ? path : null
}

/** Only the desktop host receives paths. */
function limitsOf(
  ports: CorePorts,
  bucketFolder: string,
  mayReadFrom: (server: string) => Promise<boolean>,
): SourceLimits {
  if (ports.description.host !== 'desktop') return NO_LIMITS
  const { dataFolder, environment } = ports
  const { platform } = process
  const places = { dataFolder, bucketFolder, ...placesOfKeys(environment, platform) }
  return sourceLimits({ ...places, environment, platform, mayReadFrom })
}

/** Where this host and others store access keys. */
export function placesOfKeys(environment: Environment, platform: NodeJS.Platform) {
  const system = { platform, environment, home: homeOf(environment), exists: () => false }
  return {
    browserHostFolder: defaultFolder('loopback', system).folder,
    awsFiles: () => Object.values(awsPaths(environment)),
  }
}

/** Access keys that no user types share one cache for all destinations. */
function openDestinations(ports: CorePorts, notices: HostNotices) {
  const ring = new CredentialCache(ports, () =>
    ports.notify('destinationsChanged', destinations.listed()),
  )
  const credentials = new DestinationSecrets(ports.vault, ring)
  const destinations: Destinations = new Destinations(ports.settings, credentials, () => {
    approvals.settle(destinations.all())
    notices.settingsRead(destinations.unread())
    openEndpoints(ports, destinations, approvals)
    ports.notify('destinationsChanged', destinations.listed())
  })
  const where = ports.description.host === 'desktop' ? 'dialog' : 'terminal'
  const approvals: Approvals = new Approvals(ports, {
    allowed: () => {
      approvals.settle(destinations.all())
      openEndpoints(ports, destinations, approvals)
    },
    waiting: (isWaiting) => notices.asking(isWaiting ? where : null),
  })
  approvals.open(destinations.all())
  const unread = destinations.unread()
  notices.settingsRead(unread)
  for (const each of unread) {
    const what = each.kind === 'destinations-unread' ? 'destinations' : 'settings'
    ports.log.warn(namesOnly(each), `Unreadable ${what} are kept aside`)
  }
  return { destinations, ring, approvals, credentials }
}

/** A vault that can be locked is tried at once, so that the window can say so before an upload. */
function watchVault(
  { vault, log }: CorePorts,
  credentials: DestinationSecrets,
  destinations: Destinations,
  notices: HostNotices,
): void {
  if (vault.watchLock === undefined) return
  const noteBug = (error: unknown) => void bugFailure(log, error, 'the key store')
  vault.watchLock((isLocked) => {
    credentials.lockChanged(isLocked)
    notices.secretStoreLocked(isLocked)
    if (!isLocked) destinations.vaultOpened().catch(noteBug)
  })
  destinations.tryVault().catch(noteBug)
}

/**
 * The page may reach only origins that the user has agreed to: a destination that the page made
 * itself opens nothing.
 */
function openEndpoints(ports: CorePorts, destinations: Destinations, approvals: Approvals): void {
  const allowed = destinations.all().filter((each) => approvals.isAllowed(each))
  ports.hostShell.endpointsChanged(originsOf(allowed))
}

/**
 * The other buckets work without the local one, so even a bug in its start must not keep Ferry from
 * starting.
 */
async function startLocal(ports: CorePorts, local: LocalDestination): Promise<void> {
  try {
    await local.startIfUsed()
  } catch (error) {
    bugFailure(ports.log, error, 'start of the local bucket')
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
