import { type Answered, type Asked, xml } from './exchange.ts'

export interface HandedOut {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Empty for stores that do not use session tokens. */
  readonly sessionToken: string
}

export interface Role {
  /** The user whose access keys may assume the role. */
  readonly trusts: string
  /** Each of the codes is valid once. */
  readonly mfa?: { readonly serial: string; readonly codes: Set<string> }
  /** Returns new access keys each time, or always the same. */
  readonly keys: (count: number) => HandedOut
  readonly seconds?: number
}

/**
 * STS according to its API reference:
 * docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export class Sts {
  readonly roles = new Map<string, Role>()
  /** Known access keys; requests with `ended` ones are refused as expired. */
  readonly users = new Map<string, 'good' | 'ended'>()
  /** The ARNs of the assumed roles, in order. */
  readonly taken: string[] = []
  /** The requested sessions. */
  readonly sessions: { readonly name: string; readonly seconds: string; readonly token: string }[] =
    []

  answer(asked: Asked): Answered {
    const form = new URLSearchParams(asked.body)
    const user = /Credential=([^/]+)\//.exec(asked.headers.authorization ?? '')?.[1] ?? ''
    const state = this.users.get(user)
    if (state === undefined)
      return refused(
        403,
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
      )
    if (state === 'ended')
      return refused(403, 'ExpiredToken', 'The security token included in the request is expired')
    if (form.get('Action') !== 'AssumeRole') return refused(400, 'InvalidAction', 'No such action')
    const arn = form.get('RoleArn') ?? ''
    const role = this.roles.get(arn)
    if (role === undefined || role.trusts !== user) {
      return refused(
        403,
        'AccessDenied',
        `User is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      )
    }
    if (role.mfa !== undefined && !isRightCode(role.mfa, form)) {
      return refused(
        403,
        'AccessDenied',
        'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      )
    }
    this.taken.push(arn)
    this.sessions.push({
      name: form.get('RoleSessionName') ?? '',
      seconds: form.get('DurationSeconds') ?? '',
      token: String(asked.headers['x-amz-security-token'] ?? ''),
    })
    return this.#handOut(arn, role)
  }

  #handOut(arn: string, role: Role): Answered {
    const count = this.taken.filter((each) => each === arn).length
    const keys = role.keys(count)
    this.users.set(keys.accessKeyId, 'good')
    const end = new Date(Date.now() + (role.seconds ?? 3600) * 1000).toISOString()
    const token =
      keys.sessionToken === '' ? '' : `<SessionToken>${keys.sessionToken}</SessionToken>`
    return xml(
      200,
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <AssumedRoleUser><Arn>${arn}</Arn><AssumedRoleId>AROA:any</AssumedRoleId></AssumedRoleUser>
        <Credentials><AccessKeyId>${keys.accessKeyId}</AccessKeyId>
        <SecretAccessKey>${keys.secretAccessKey}</SecretAccessKey>${token}
        <Expiration>${end}</Expiration></Credentials></AssumeRoleResult>
        <ResponseMetadata><RequestId>any</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    )
  }
}

function isRightCode(mfa: NonNullable<Role['mfa']>, form: URLSearchParams): boolean {
  return form.get('SerialNumber') === mfa.serial && mfa.codes.delete(form.get('TokenCode') ?? '')
}

function refused(status: number, code: string, message: string): Answered {
  return xml(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
      <Code>${code}</Code><Message>${message}</Message></Error><RequestId>any</RequestId></ErrorResponse>`,
  )
}
