import * as z from 'zod/mini'
import { DestinationId } from './ids.ts'
import { RuleField } from './rules/upload-rules.ts'

const settingName = z.string().check(z.maxLength(200))

/** What users know of a destination beside its rules. */
export const DestinationSetting = z.enum(['name', 'color', 'place', 'keys', 'link-life'])
export type DestinationSetting = z.infer<typeof DestinationSetting>

/** What the settings hold and this Ferry cannot read. It stays in the file as it is. */
export const UnreadSettings = z.discriminatedUnion('kind', [
  /** Their defaults, or what could be read of them, count until the user saves the rules. */
  z.strictObject({
    kind: z.literal('rules-unread'),
    destinationId: DestinationId,
    name: settingName,
    rules: z.array(RuleField),
  }),
  z.strictObject({
    kind: z.literal('destination-unread'),
    destinationId: DestinationId,
    name: settingName,
    parts: z.array(DestinationSetting),
  }),
  /** Something that the last connection check, or an upload, found out. */
  z.strictObject({
    kind: z.literal('findings-unread'),
    destinationId: DestinationId,
    name: settingName,
  }),
  /** Settings that this Ferry has no use for, by the names they have in the file. */
  z.strictObject({
    kind: z.literal('settings-newer'),
    places: z.array(z.strictObject({ name: settingName, settings: z.array(settingName) })),
  }),
  /** Whole destinations; `names` of those that have one. */
  z.strictObject({
    kind: z.literal('destinations-unread'),
    count: z.int(),
    names: z.array(settingName),
  }),
  /** Which destination is selected when Ferry starts. */
  z.strictObject({ kind: z.literal('default-unread') }),
])
export type UnreadSettings = z.infer<typeof UnreadSettings>

/** An imported destination, and what of it could not be read: known settings and unknown names. */
export const PartlyRead = z.strictObject({
  name: settingName,
  rules: z.array(RuleField),
  parts: z.array(DestinationSetting),
  newer: z.array(settingName),
})
export type PartlyRead = z.infer<typeof PartlyRead>
