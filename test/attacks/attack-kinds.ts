/** The targets of the attacks, by which the scoreboard counts. */
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

/** The result of one attack test; the scoreboard adds these up. */
export interface AttackCount {
  readonly kind: AttackKind
  readonly attempts: number
  readonly refusals: number
}
