import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commands } from '../../../electron/contract/commands.ts'
import { listProfiles } from '../../../electron/core/credentials/credential-cache.ts'
import type { Environment } from '../../../electron/core/ports.ts'
import { AwsHome } from '../../fakes/aws-stand-in/aws-home.ts'

let home: AwsHome

beforeEach(() => {
  home = new AwsHome()
})

afterEach(() => home.remove())

const list = (variables: Environment = {}) =>
  listProfiles({ now: Date.now, environment: { ...home.environment, ...variables } })

it('lists every profile of both files, and how it gets its keys', async () => {
  home.config(`
[default]
region = eu-central-1
[profile work]
role_arn = arn:aws:iam::1:role/uploads
source_profile = base
region = us-west-2
[profile people]
sso_session = here
sso_account_id = 1
sso_role_name = Uploads
[profile old-people]
sso_start_url = https://old.example/start
[profile tool]
credential_process = /usr/bin/true
[profile pod]
role_arn = arn:aws:iam::1:role/pod
web_identity_token_file = /var/run/token
[profile nas]
services = home
[profile nas2]
endpoint_url = https://all.example
[services home]
s3 =
  endpoint_url = http://nas:9000
[sso-session here]
sso_start_url = https://here.example/start
sso_region = eu-west-1
`)
  home.credentials(`
[default]
aws_access_key_id = AKIA
aws_secret_access_key = secret
[base]
aws_access_key_id = AKIB
aws_secret_access_key = secret
[nas]
aws_access_key_id = AKIC
aws_secret_access_key = secret
[half]
aws_access_key_id = AKID
`)

  const { profiles } = await list()

  const bare = { region: null, endpoint: null }
  expect(profiles).toEqual([
    { ...bare, name: 'default', kind: 'keys', region: 'eu-central-1' },
    { ...bare, name: 'base', kind: 'keys' },
    { ...bare, name: 'half', kind: 'empty' },
    { ...bare, name: 'nas', kind: 'keys', endpoint: 'http://nas:9000' },
    { ...bare, name: 'nas2', kind: 'empty', endpoint: 'https://all.example' },
    { ...bare, name: 'old-people', kind: 'sso' },
    { ...bare, name: 'people', kind: 'sso' },
    { ...bare, name: 'pod', kind: 'web-identity' },
    { ...bare, name: 'tool', kind: 'process' },
    { ...bare, name: 'work', kind: 'role', region: 'us-west-2' },
  ])
  expect(JSON.stringify(profiles)).not.toContain('secret')
})

it('is empty if there are no files', async () => {
  home.remove()

  expect(await list()).toEqual({ profiles: [], hasEnvironment: false })
})

it('reads the files that the variables name', async () => {
  home.config('[profile usual]\nregion = a\n')
  const elsewhere = new AwsHome()
  elsewhere.config('[profile named]\nregion = b\n')

  const AWS_CONFIG_FILE = `${elsewhere.folder}/.aws/config`
  const { profiles } = await list({ AWS_CONFIG_FILE })
  elsewhere.remove()

  expect(profiles.map(({ name }) => name)).toEqual(['named'])
})

it('says whether there are keys in the environment', async () => {
  const { hasEnvironment } = await list({ AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'b' })

  expect(hasEnvironment).toBe(true)
})

const line = fc.oneof(
  fc.constantFrom(
    '[default]',
    '[profile a]',
    '[profile "b c"]',
    '[sso-session s]',
    '[services v]',
    'role_arn = x',
    'source_profile = a',
    'aws_access_key_id =',
    's3 =',
    '  endpoint_url = http://x',
    'services = v',
    'region = ',
    '[',
    ']',
    '=',
    '# [profile x]',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 300 }).map((name) => `[profile ${name}]`),
)
const ini = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'))

it('parses any text', async () => {
  await fc.assert(
    fc.asyncProperty(ini, ini, async (config, credentials) => {
      home.config(config)
      home.credentials(credentials)

      const answer = await list()

      expect(commands.listProfiles.output.safeParse(answer).success).toBe(true)
    }),
    { numRuns: 200 },
  )
})
