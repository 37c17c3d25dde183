import * as z from 'zod/mini'
import { MAX_BATCH } from '../limits.ts'

/** A row of the table of commands: the schemas of what goes in and what comes back. */
export const command = <I extends z.ZodMiniType, O extends z.ZodMiniType>(input: I, output: O) => ({
  input,
  output,
})

export const nothing = z.strictObject({})

export const upToBatch = <T extends z.ZodMiniType>(item: T) =>
  z.array(item).check(z.maxLength(MAX_BATCH))

export const batch = <T extends z.ZodMiniType>(item: T) => upToBatch(item).check(z.minLength(1))
