import { type RefCallback, useState } from 'react'
import type { SecretField } from '../connect/form-draft.ts'

type Secrets = Record<SecretField, string>

/**
 * The inputs for secrets. Nothing else holds their values: they are read when a command is sent,
 * and wiped when the input unmounts.
 */
export interface SecretInputs {
  /** Stable between renders: React would treat another function as another input. */
  readonly refs: Record<SecretField, RefCallback<HTMLInputElement>>
  readonly read: () => Secrets
  /** Replaces both: a token belongs to one pair of keys. */
  readonly fill: (secrets: { readonly [F in SecretField]?: string | undefined }) => void
  readonly clear: () => void
}

export function useSecretInputs(): SecretInputs {
  const [inputs] = useState(secretInputs)
  return inputs
}

function secretInputs(): SecretInputs {
  const inputs: Record<SecretField, HTMLInputElement | null> = {
    secretAccessKey: null,
    sessionToken: null,
  }
  const refFor =
    (field: SecretField): RefCallback<HTMLInputElement> =>
    (input) => {
      inputs[field] = input
      return () => {
        if (input !== null) input.value = ''
        inputs[field] = null
      }
    }
  const write = (field: SecretField, value: string) => {
    const input = inputs[field]
    if (input !== null) input.value = value
  }
  const fill: SecretInputs['fill'] = ({ secretAccessKey = '', sessionToken = '' }) => {
    write('secretAccessKey', secretAccessKey)
    write('sessionToken', sessionToken)
  }
  return {
    refs: { secretAccessKey: refFor('secretAccessKey'), sessionToken: refFor('sessionToken') },
    read: () => ({
      secretAccessKey: inputs.secretAccessKey?.value ?? '',
      sessionToken: inputs.sessionToken?.value ?? '',
    }),
    fill,
    clear: () => fill({}),
  }
}
