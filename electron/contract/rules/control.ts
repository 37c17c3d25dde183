import { MAX_CONNECTIONS_PER_HOST, S3_LIMITS } from '../limits.ts'
import type { StoreFeature } from '../providers/provider.ts'
import {
  type Encryption,
  LEAST_BYTES_PER_SECOND,
  RULE_LIMITS,
  type RuleField,
  type UploadRules,
} from './upload-rules.ts'

/** The groups of the rules form, in order. Within a group, the order of `RULE_CONTROLS` counts. */
export const RULE_GROUPS = ['names', 'intake', 'headers', 'storage', 'speed'] as const
export type RuleGroup = (typeof RULE_GROUPS)[number]

interface CommonControl {
  readonly group: RuleGroup
  /** The form hides the rule if the store lacks this; null: every store has it. */
  readonly feature: StoreFeature | null
  readonly label: string
}

export interface TextControl extends CommonControl {
  readonly kind: 'text'
  readonly aside: string | null
  readonly placeholder: string
  readonly hint: string | null
  readonly maxLength: number
  /** Offers the provider's storage classes. */
  readonly suggests: 'storage-classes' | null
}

export interface TemplateControl extends CommonControl {
  readonly kind: 'template'
  readonly maxLength: number
}

/** A number of bytes, or of bytes a second. */
export interface AmountControl extends CommonControl {
  readonly kind: 'amount'
  readonly placeholder: string
  readonly hint: string | null
  readonly unit: 'file' | 'part' | 'speed'
  readonly min: number
  readonly max: number
}

export interface SelectControl<V> extends CommonControl {
  readonly kind: 'select'
  readonly options: readonly { readonly value: V; readonly label: string }[]
}

export interface RadioControl<V> extends CommonControl {
  readonly kind: 'radio'
  readonly options: readonly { readonly value: V; readonly label: string; readonly hint: string }[]
}

export interface PairsControl extends CommonControl {
  readonly kind: 'pairs'
  readonly hint: string
  readonly max: number
  readonly words: PairWords
}

export interface PairWords {
  readonly name: string
  readonly value: string
  readonly namePlaceholder: string
  readonly valuePlaceholder: string
  readonly add: string
}

export interface EncryptionControl extends CommonControl {
  readonly kind: 'encryption'
  readonly options: Readonly<
    Record<Encryption['kind'], { readonly label: string; readonly feature: StoreFeature | null }>
  >
  readonly keyMaxLength: number
}

/** The controls that can edit a value of this type. */
export type ControlFor<V> = [V] extends [readonly unknown[]]
  ? PairsControl
  : [V] extends [Encryption]
    ? EncryptionControl
    : [V] extends [number | null]
      ? AmountControl | SelectControl<V>
      : string extends V
        ? TextControl | TemplateControl
        : SelectControl<V> | RadioControl<V>

/** Does not compile without an option for every value. */
function options<V extends string>(labels: Readonly<Record<V, string>>) {
  return (Object.keys(labels) as V[]).map((value) => ({ value, label: labels[value] }))
}

interface OptionText {
  readonly label: string
  readonly hint: string
}

function explainedOptions<V extends string>(texts: Readonly<Record<V, OptionText>>) {
  return (Object.keys(texts) as V[]).map((value) => ({ value, ...texts[value] }))
}

/** How the rules form edits each rule: the form is drawn from this table alone. */
export const RULE_CONTROLS = {
  keyTemplate: {
    group: 'names',
    feature: null,
    kind: 'template',
    label: 'Name in the bucket',
    maxLength: RULE_LIMITS.keyTemplate,
  },
  onConflict: {
    group: 'names',
    feature: null,
    kind: 'radio',
    label: 'When the bucket already has a file with that name',
    // The option that loses nothing comes first.
    options: explainedOptions<UploadRules['onConflict']>({
      'keep-both': { label: 'Keep both', hint: 'The new file gets a number: Holiday (2).jpg.' },
      ask: { label: 'Ask', hint: 'The upload waits until you have chosen.' },
      replace: { label: 'Replace', hint: 'The new file replaces the old one.' },
      skip: { label: 'Skip', hint: 'The old file stays; the new one is not uploaded.' },
    }),
  },
  allowedTypes: {
    group: 'intake',
    feature: null,
    kind: 'text',
    label: 'Allowed types',
    aside: null,
    placeholder: 'all',
    hint: 'Types and extensions: image/*, .pdf',
    maxLength: RULE_LIMITS.allowedTypes,
    suggests: null,
  },
  maxFileBytes: {
    group: 'intake',
    feature: null,
    kind: 'amount',
    label: 'Largest file',
    placeholder: 'the store’s limit',
    hint: null,
    unit: 'file',
    min: 1,
    max: S3_LIMITS.maxObjectBytes,
  },
  systemFiles: {
    group: 'intake',
    feature: null,
    kind: 'select',
    label: 'System files in folders',
    options: options<UploadRules['systemFiles']>({
      'leave-out': 'Leave out (.DS_Store, Thumbs.db, …)',
      upload: 'Upload them, too',
    }),
  },
  contentTypes: {
    group: 'headers',
    feature: null,
    kind: 'pairs',
    label: 'Types by extension',
    hint: 'Used instead of the type that Ferry finds out.',
    max: RULE_LIMITS.contentTypes,
    words: {
      name: 'Extension',
      value: 'Type',
      namePlaceholder: 'md',
      valuePlaceholder: 'text/markdown; charset=utf-8',
      add: 'Add a type',
    },
  },
  cacheControl: {
    group: 'headers',
    feature: null,
    kind: 'text',
    label: 'Cache-Control',
    aside: 'optional',
    placeholder: 'public, max-age=31536000',
    hint: null,
    maxLength: RULE_LIMITS.cacheControl,
    suggests: null,
  },
  disposition: {
    group: 'headers',
    feature: null,
    kind: 'select',
    label: 'When someone opens it',
    options: options<UploadRules['disposition']>({
      none: 'Let the browser decide',
      inline: 'Show it in the browser',
      attachment: 'Always download it',
    }),
  },
  metadata: {
    group: 'headers',
    feature: 'metadata',
    kind: 'pairs',
    label: 'Metadata',
    hint: 'Stored with every file as x-amz-meta-….',
    max: RULE_LIMITS.metadata,
    words: {
      name: 'Metadata name',
      value: 'Metadata value',
      namePlaceholder: 'project',
      valuePlaceholder: 'Harbour',
      add: 'Add metadata',
    },
  },
  tags: {
    group: 'headers',
    feature: 'tags',
    kind: 'pairs',
    label: 'Tags',
    hint: 'At most ten. The bucket’s lifecycle rules can use them.',
    max: RULE_LIMITS.tags,
    words: {
      name: 'Tag name',
      value: 'Tag value',
      namePlaceholder: 'keep',
      valuePlaceholder: '30-days',
      add: 'Add a tag',
    },
  },
  storageClass: {
    group: 'storage',
    feature: 'storage-class',
    kind: 'text',
    label: 'Storage class',
    aside: null,
    placeholder: 'Same as the bucket',
    hint: null,
    maxLength: RULE_LIMITS.storageClass,
    suggests: 'storage-classes',
  },
  encryption: {
    group: 'storage',
    feature: null,
    kind: 'encryption',
    label: 'Encryption',
    options: {
      bucket: { label: 'Same as the bucket', feature: null },
      s3: { label: 'With the store’s keys (AES256)', feature: 'sse-s3' },
      kms: { label: 'With a key service (aws:kms)', feature: 'sse-kms' },
    },
    keyMaxLength: RULE_LIMITS.kmsKeyId,
  },
  acl: {
    group: 'storage',
    feature: 'acl',
    kind: 'select',
    label: 'ACL',
    options: [
      { value: null, label: 'none' },
      ...options<NonNullable<UploadRules['acl']>>({
        private: 'private',
        'public-read': 'public-read: everyone can read',
        'public-read-write': 'public-read-write: everyone can change',
        'authenticated-read': 'authenticated-read',
        'bucket-owner-read': 'bucket-owner-read',
        'bucket-owner-full-control': 'bucket-owner-full-control',
      }),
    ],
  },
  partBytes: {
    group: 'speed',
    feature: null,
    kind: 'amount',
    label: 'Part size',
    placeholder: 'Automatic',
    hint: 'Ferry uses larger parts if a file would have too many.',
    unit: 'part',
    min: S3_LIMITS.minPartBytes,
    max: S3_LIMITS.maxPartBytes,
  },
  parallel: {
    group: 'speed',
    feature: null,
    kind: 'select',
    label: 'Requests at once',
    options: [
      { value: null, label: 'Automatic' },
      ...Array.from({ length: MAX_CONNECTIONS_PER_HOST }, (_, index) => ({
        value: index + 1,
        label: String(index + 1),
      })),
    ],
  },
  bytesPerSecond: {
    group: 'speed',
    feature: null,
    kind: 'amount',
    label: 'Speed limit',
    placeholder: 'none',
    hint: 'Shared by all uploads to this destination.',
    unit: 'speed',
    min: LEAST_BYTES_PER_SECOND,
    max: Number.MAX_SAFE_INTEGER,
  },
} as const satisfies { readonly [F in RuleField]: ControlFor<UploadRules[F]> }

/** The control of any rule. */
export type RuleControl = { [F in RuleField]: ControlFor<UploadRules[F]> }[RuleField]
export type ControlKind = RuleControl['kind']
