import type { Documented, Provider } from '../../electron/contract/providers/provider.ts'

const WORDS = new Map<Documented, string>([
  [true, 'yes'],
  [false, 'no'],
  [null, '?'],
])

/** A provider's line in `docs/providers.md`. */
export function providerLine(provider: Provider): string {
  const { id, label, maxPartCount, checksums, postForms, conditionalWrites } = provider
  const { unfinishedDays, permissions, lacks, notes, sources } = provider
  const cells = [
    `${label} (\`${id}\`)`,
    addressOf(provider),
    provider.pathStyle ? 'path' : 'host',
    maxPartCount.toLocaleString('en'),
    ...[checksums, postForms, conditionalWrites].map((each) => WORDS.get(each)),
    unfinishedDays === null ? 'kept, or not told' : `removed after ${unfinishedDays} d`,
    permissions ?? '?',
    lacks.join(', ') || '?',
    notes.join(' '),
    sources.join('; '),
  ]
  return `| ${cells.join(' | ')} |`
}

function addressOf({ endpointTemplate, endpointExample, regions, account }: Provider): string {
  const shown = endpointTemplate ?? account?.endpointTemplate ?? `its own, as ${endpointExample}`
  return regions.length > 1 ? `${shown}, ${regions.length} regions` : shown
}
