/** What is attacked. The scoreboard counts by these. */
export const ATTACK_KINDS = [
  'origin and session',
  'requests before a session',
  'commands',
  'a page that was taken over',
  'network of the page',
  'hostile store',
  'hostile identity provider',
  'files on the disk',
  'bucket on this computer',
  'supply',
] as const
export type AttackKind = (typeof ATTACK_KINDS)[number]

/** What one attack test did; the scoreboard adds these up. */
export interface AttackCount {
  readonly kind: AttackKind
  readonly attempts: number
  readonly refusals: number
}
