import * as z from 'zod/mini'
import { DestinationId } from './ids.ts'
import { RuleField } from './rules/upload-rules.ts'

const settingName = z.string().check(z.maxLength(200))

/** The settings of a destination that the user knows, besides its rules. */
export const DestinationSetting = z.enum(['name', 'color', 'place', 'keys', 'link-life'])
export type DestinationSetting = z.infer<typeof DestinationSetting>

/** Settings that this version of Ferry cannot read. They stay in the file as they are. */
export const UnreadSettings = z.discriminatedUnion('kind', [
  /** Their defaults, or their readable parts, apply until the user saves the rules. */
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
  /** Findings of the last connection check or of an upload. */
  z.strictObject({
    kind: z.literal('findings-unread'),
    destinationId: DestinationId,
    name: settingName,
  }),
  /** Settings that this version does not know, by their names in the file. */
  z.strictObject({
    kind: z.literal('settings-newer'),
    places: z.array(z.strictObject({ name: settingName, settings: z.array(settingName) })),
  }),
  /** Whole destinations; `names` lists those that have one. */
  z.strictObject({
    kind: z.literal('destinations-unread'),
    count: z.int(),
    names: z.array(settingName),
  }),
  /** The destination that is selected when Ferry starts. */
  z.strictObject({ kind: z.literal('default-unread') }),
])
export type UnreadSettings = z.infer<typeof UnreadSettings>

/** An imported destination with unreadable settings: known settings and unknown names. */
export const PartlyRead = z.strictObject({
  name: settingName,
  rules: z.array(RuleField),
  parts: z.array(DestinationSetting),
  newer: z.array(settingName),
})
export type PartlyRead = z.infer<typeof PartlyRead>
