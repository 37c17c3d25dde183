import type { XmlNode } from './xml.ts'

/** S3's documents name an owner. There is only one person here, and no account behind it. */
export function amzOwner(element: 'Owner' | 'Initiator'): XmlNode {
  return [
    element,
    [
      ['ID', 'ferry-local-bucket'],
      ['DisplayName', 'ferry'],
    ],
  ]
}
