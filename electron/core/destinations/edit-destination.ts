import type { Destination } from '../../contract/commands/destinations.ts'
import type { CommandInput } from '../../contract/commands.ts'
import type { DestinationDraft, DraftNote } from '../../contract/destination-draft.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { visibleText } from '../../contract/plain-text.ts'
import { isUnencryptedEndpoint } from '../../lib/loopback-address.ts'
import type { Approvals } from '../credentials/approvals.ts'
import { sourceName } from '../credentials/source-name.ts'
import type { Records } from '../records/records.ts'
import type { StorePorts } from '../s3/client.ts'
import { leadsToMetadata } from '../s3/http/metadata-hosts.ts'
import type { Destinations } from './destinations.ts'
import { cleanDraft, MAX_NAME_LENGTH } from './draft.ts'
import { inDiscoveredRegion } from './region-discovery.ts'
import type { StoredDestination } from './stored-destination.ts'

interface EditDeps {
  readonly destinations: Destinations
  readonly records: Records
  readonly cleanup: {
    /** Removes what cancelled uploads left at the destination, as far as its store answers. */
    readonly sweep: (destinationId: DestinationId) => Promise<void>
  }
  readonly ports: StorePorts
  readonly approvals: Approvals
}

/**
 * Stores the draft and selects it, in the region that the store names. Fails with `form-invalid`,
 * with `not-confirmed`, or with `in-use` if it would put already sent parts out of reach.
 */
export async function saveDestination(
  parts: EditDeps,
  draft: DestinationDraft,
): Promise<Outcome<{ destination: Destination; notes: DraftNote[] }>> {
  const { destinations, records, cleanup, approvals } = parts
  const former = draft.destinationId === null ? null : destinations.find(draft.destinationId)
  if (draft.destinationId !== null && former === null) return failed({ kind: 'unknown-id' })
  if (former?.kind === 'local') return failed({ kind: 'wrong-state' })
  const clean = cleanDraft(draft, former)
  if (!clean.ok) return clean
  const { endpoint } = clean.value.fields
  if (await leadsToMetadata(endpoint)) {
    const problem = { field: 'endpoint', problem: 'metadata-address' } as const
    return failed({ kind: 'form-invalid', problems: [problem] })
  }
  const allowed = await approvals.allow(clean.value.fields)
  if (!allowed.ok) return allowed
  const placed = await inDiscoveredRegion(parts, clean.value, former)
  // Usually the region's address belongs to the same provider, and the user is not asked again.
  const isStillAllowed = await approvals.allow(placed.fields)
  if (!isStillAllowed.ok) return isStillAllowed
  // The stored secret may have been replaced meanwhile and belong to another store.
  if (former !== null && !usesSameKeys(former, destinations.find(former.destinationId))) {
    return failed({ kind: 'wrong-state' })
  }
  const isElsewhere = former !== null && pointsElsewhere(former, placed.fields)
  if (isElsewhere) {
    if (records.transfers.hasBegun(former.destinationId)) return failed({ kind: 'in-use' })
    // The new address has no record of what cancelled uploads left at the old one.
    await cleanup.sweep(former.destinationId)
  }
  const saved = await destinations.save(placed, former, draft.keepSecret)
  if (!saved.ok) return saved
  const isNews =
    isUnencryptedEndpoint(placed.fields.endpoint) && former?.endpoint !== placed.fields.endpoint
  const plain: DraftNote[] = isNews ? [{ field: 'endpoint', change: 'plain-http' }] : []
  return succeeded({ destination: saved.value, notes: [...placed.notes, ...plain] })
}

/** Refused with `in-use` while uploads to it wait or run. Also removes its secret. */
export async function forgetDestination(
  { destinations, records, cleanup }: EditDeps,
  destinationId: DestinationId,
): Promise<Outcome<Record<string, never>>> {
  const stored = destinations.find(destinationId)
  if (stored === null) return failed({ kind: 'unknown-id' })
  if (records.uploads.hasLive(destinationId)) return failed({ kind: 'in-use' })
  // Parts of failed uploads there cost money, and later there are no access keys to remove them.
  records.cancelFailed(destinationId)
  await cleanup.sweep(destinationId)
  // Asking the store takes time, and new files may have been dropped meanwhile.
  if (records.uploads.hasLive(destinationId)) return failed({ kind: 'in-use' })
  records.uploads.abandonCleanup(destinationId)
  await destinations.forget(stored)
  return succeeded({})
}

function usesSameKeys(one: StoredDestination, other: StoredDestination | null): boolean {
  if (other === null || one.endpoint !== other.endpoint) return false
  return sourceName(one.credentials) === sourceName(other.credentials)
}

function pointsElsewhere(
  former: StoredDestination,
  fields: Pick<Destination, 'endpoint' | 'bucket'>,
): boolean {
  return former.endpoint !== fields.endpoint || former.bucket !== fields.bucket
}

/** Fails with `form-invalid` if nothing is left of the name. */
export function setDestinationAppearance(
  destinations: Destinations,
  { destinationId, name, color }: CommandInput<'setDestinationLook'>,
): Outcome<Destination> {
  const visible = visibleText(name, MAX_NAME_LENGTH)
  if (visible === '') {
    return failed({ kind: 'form-invalid', problems: [{ field: 'name', problem: 'missing' }] })
  }
  return destinations.change(destinationId, { name: visible, color })
}

/** There is only one bucket on this computer, so it cannot be copied. */
export async function duplicateDestination(
  destinations: Destinations,
  destinationId: DestinationId,
): Promise<Outcome<Destination>> {
  const stored = destinations.find(destinationId)
  if (stored === null) return failed({ kind: 'unknown-id' })
  return stored.kind === 'local' ? failed({ kind: 'wrong-state' }) : destinations.duplicate(stored)
}
