import type { Destination } from '../../contract/commands/destinations.ts'
import type { CommandInput } from '../../contract/commands.ts'
import { failed, type Outcome } from '../../contract/outcome.ts'
import { judgedRules } from './clean-rules.ts'
import type { Destinations } from './destinations.ts'

/** They count for uploads that have not begun. Fails with `rules-invalid`. */
export function saveRules(
  destinations: Destinations,
  { destinationId, rules: typed }: CommandInput<'saveRules'>,
): Outcome<Destination> {
  const { rules, problems } = judgedRules(typed)
  if (problems.length > 0) return failed({ kind: 'rules-invalid', problems })
  return destinations.change(destinationId, { rules })
}
