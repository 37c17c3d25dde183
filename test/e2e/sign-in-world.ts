import { afterAll, afterEach, beforeAll } from 'vitest'
import { AwsHome } from '../fakes/aws-stand-in/aws-home.ts'
import { AwsStandIn } from '../fakes/aws-stand-in/aws-stand-in.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
import { type RunningBucket, startBucket, temporaryFolder, type WhenOver } from './ferry.ts'
import type { FerryPage } from './ferry-page.ts'
import { type OpenFerry, openFerry } from './worlds/world.ts'

/**
 * A host with a fake home folder and a fake AWS, and a bucket that accepts the keys of that AWS.
 */
export interface SignInWorld {
  readonly ferry: OpenFerry
  readonly page: FerryPage
  readonly aws: AwsStandIn
  readonly home: AwsHome
  /** Between page and host on one side and everything else on the other. */
  readonly proxy: FaultProxy
  readonly bucket: RunningBucket
  readonly folder: string
}

/** One world for all tests of a file, which distinguish their destinations and uploads by name. */
export function sharedSignInWorld(): () => SignInWorld {
  const ends: (() => Promise<void> | void)[] = []
  const started: { world?: SignInWorld } = {}
  beforeAll(async () => {
    started.world = await startSignInWorld((end) => {
      ends.unshift(end)
    })
  })
  afterAll(async () => {
    for (const end of ends) await end()
  })
  afterEach(async ({ task }) => {
    // A dialog that a failed test left open must not affect the next ones.
    if (task.result?.state === 'fail') await started.world?.page.page.reload()
  })
  return () => {
    if (started.world === undefined) throw new TypeError('Asked for before the tests began')
    return started.world
  }
}

async function startSignInWorld(whenOver: WhenOver): Promise<SignInWorld> {
  const aws = await AwsStandIn.start()
  whenOver(() => aws.close())
  const home = new AwsHome()
  whenOver(home.remove)
  const proxy = await startFaultProxy()
  whenOver(proxy.close)
  const env = { ...NO_AWS, ...home.environment, ...endpointsOf(aws) }
  const ferry = await openFerry({ proxy, env, whenOver })
  const { page } = ferry
  const bucket = await startBucket({
    folder: await temporaryFolder(whenOver),
    allowedOrigin: ferry.corsOrigin,
    whenOver,
  })
  return { ferry, page, aws, home, proxy, bucket, folder: await temporaryFolder(whenOver) }
}

/** Nothing of this computer's own AWS configuration. */
const NO_AWS = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith('AWS_'))
    .map((name) => [name, undefined]),
)

function endpointsOf({ endpoint }: AwsStandIn): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_SSO: endpoint,
    AWS_ENDPOINT_URL_SSO_OIDC: endpoint,
  }
}
