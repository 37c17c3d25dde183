import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { homedir, hostname, release, type, userInfo } from 'node:os'
import { join } from 'node:path'
import { unreachable } from '../../lib/unreachable.ts'
import type { Destinations } from '../destinations/destinations.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { CorePorts } from '../ports.ts'
import type { PhaseCount, UploadsTable } from '../records/uploads-table.ts'
import type { HostNotices } from './host-notices.ts'
import { redactedLine, withoutPrivate } from './redact-log.ts'

const MAX_LINES = 150
const TAIL_BYTES = 128 * 1024

export interface DiagnosticsDeps {
  readonly ports: Pick<CorePorts, 'description' | 'dataFolder' | 'vault' | 'now'>
  readonly destinations: Pick<Destinations, 'all'>
  readonly records: { readonly uploads: Pick<UploadsTable, 'countPhases'> }
  readonly notices: Pick<HostNotices, 'list'>
}

/**
 * A text that helps to understand a problem and may be pasted into a public report: versions,
 * counts and kinds, and the end of the log reduced to Ferry's own words. It contains no name,
 * endpoint, bucket, key, path or address.
 */
export async function diagnosticsText(deps: DiagnosticsDeps): Promise<string> {
  const { ports, destinations, records, notices } = deps
  const { description, dataFolder } = ports
  const all = destinations.all()
  const lines = [
    `Ferry ${description.version}, ${description.host}, on ${description.platform}`,
    versionsText(),
    `System: ${type()} ${release()}, ${process.arch}`,
    `Written: ${new Date(ports.now()).toISOString()}, after ${Math.round(process.uptime())} s`,
    `Keys are kept: ${await ports.vault.place()}`,
    `Destinations: ${listed(all.map(destinationText))}`,
    `Uploads: ${listed(records.uploads.countPhases().flatMap(phaseText))}`,
    `Notices: ${listed(notices.list().map(({ kind }) => kind))}`,
  ]
  const log = tailOf(join(dataFolder, 'logs', 'ferry.log'))
    .flatMap((line) => redactedLine(line) ?? [])
    .slice(-MAX_LINES)
  const shownLog = withoutPrivate(log.join('\n'), privateTexts(all, dataFolder))
  return `${lines.join('\n')}\n\nLast lines of the log, redacted:\n${shownLog}\n`
}

function versionsText(): string {
  const { electron, chrome, node } = process.versions
  const known = { Electron: electron, Chromium: chrome, 'Node.js': node }
  return Object.entries(known)
    .flatMap(([name, version]) => (version === undefined ? [] : [`${name} ${version}`]))
    .join(', ')
}

/** By the provider's ID, which is from Ferry's own list. */
function destinationText({ kind, provider, credentials, integrity }: StoredDestination): string {
  switch (kind) {
    case 'local':
      return 'this computer'
    case 's3':
      return `${provider} (${credentials.kind}, ${integrity ?? 'not yet asked'})`
    default:
      return unreachable(kind)
  }
}

/** The texts in the records come from a file: only text that looks like a failure kind is shown. */
function phaseText({ phase, failureKind, count }: PhaseCount): string[] {
  const kinds = [phase, ...(failureKind === null ? [] : [failureKind])]
  if (!kinds.every((kind) => /^[a-z0-9-]{1,40}$/.test(kind))) return []
  return [`${count} ${kinds.join(' by ')}`]
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.join(', ')
}

/** Empty if it cannot be read. */
function tailOf(file: string): readonly string[] {
  try {
    const handle = openSync(file, 'r')
    try {
      const { size } = fstatSync(handle)
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
      readSync(handle, bytes, 0, bytes.length, size - bytes.length)
      return bytes.toString('utf8').split('\n')
    } finally {
      closeSync(handle)
    }
  } catch {
    return []
  }
}

/** A second filter: removes everything that is known to belong to this user and their stores. */
function privateTexts(all: readonly StoredDestination[], dataFolder: string): readonly string[] {
  const ofStores = all.flatMap(({ name, endpoint, bucket, prefix, credentials }) => [
    name,
    endpoint,
    URL.parse(endpoint)?.hostname ?? '',
    bucket,
    prefix,
    ...Object.entries(credentials).flatMap(([field, value]) => (field === 'kind' ? [] : [value])),
  ])
  return [...ofStores, dataFolder, homedir(), hostname(), userName()]
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user without an entry, as in some containers.
    return ''
  }
}
