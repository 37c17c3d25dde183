import { DOCUMENTS } from './oddities/documents.ts'
import { HIDDEN_ANSWERS } from './oddities/hidden-answers.ts'
import { HONEST } from './oddities/honest.ts'
import { LISTS } from './oddities/lists.ts'
import { OBJECT_LOCK } from './oddities/object-lock.ts'
import { OBJECTS } from './oddities/objects.ts'
import { REFUSALS } from './oddities/refusals.ts'
import type { Oddity } from './oddity.ts'

/** Every oddity, grouped by the file that defines it. */
export const ALL_ODDITIES: readonly Oddity[] = [
  ...HONEST,
  ...DOCUMENTS,
  ...OBJECTS,
  ...LISTS,
  ...HIDDEN_ANSWERS,
  ...OBJECT_LOCK,
  ...REFUSALS,
]
