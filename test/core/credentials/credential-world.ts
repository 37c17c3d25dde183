import type { Outcome } from '../../../electron/contract/outcome.ts'
import {
  CredentialCache,
  type FoundSource,
} from '../../../electron/core/credentials/credential-cache.ts'
import { OneTimeCode } from '../../../electron/core/credentials/credential-result.ts'
import type { Environment } from '../../../electron/core/ports.ts'
import type { Keys } from '../../../electron/core/s3/access-keys.ts'
import { AwsHome } from '../../fakes/aws-stand-in/aws-home.ts'
import { AwsStandIn } from '../../fakes/aws-stand-in/aws-stand-in.ts'

/** A home folder, a stand-in for AWS and a credential cache between them. */
export class KeyWorld {
  readonly home = new AwsHome()
  readonly aws: AwsStandIn
  /** How far this computer's clock is ahead. */
  aheadMs = 0
  changedCount = 0
  variables: Environment = {}
  /** Variables that the login shell adds once it is asked; absent: it is not asked. */
  readShell?: () => Promise<'read' | 'silent'>

  private constructor(aws: AwsStandIn) {
    this.aws = aws
  }

  static async start(): Promise<KeyWorld> {
    return new KeyWorld(await AwsStandIn.start())
  }

  get ports() {
    const { home, variables, readShell } = this
    return {
      now: () => Date.now() + this.aheadMs,
      environment: { ...home.environment, ...variables },
      ...(readShell === undefined ? {} : { readShell }),
    }
  }

  ring(): CredentialCache {
    return new CredentialCache(this.ports, () => {
      this.changedCount += 1
    })
  }

  async close(): Promise<void> {
    await this.aws.close()
    this.home.remove()
  }
}

export const profile = (name: string): FoundSource => ({ kind: 'profile', profile: name })

export const code = (digits: string) => new OneTimeCode(digits)

export function must(outcome: Outcome<Keys>): Keys {
  if (!outcome.ok) throw new Error(`No keys: ${JSON.stringify(outcome.failure)}`)
  return outcome.value
}

/** Numbered, so that the sets can be told apart. */
export const numbered = (name: string) => (count: number) => ({
  accessKeyId: `ASIA${name}${count}`,
  secretAccessKey: `secret-of-${name}-${count}`,
  sessionToken: `token-of-${name}-${count}`,
})
