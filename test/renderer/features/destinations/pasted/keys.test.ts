import { describe, expect, it } from 'vitest'
import { parsePasted } from '../../../../../renderer/features/destinations/pasted/parse-pasted.ts'

/** AWS's documented examples: docs.aws.amazon.com/IAM/latest/UserGuide. */
const id = 'AKIAIOSFODNN7EXAMPLE'
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const token = `${'AQoDYXdzEJr'.repeat(12)}==`
const keys = { credentialKind: 'keys', accessKeyId: id, secretAccessKey: secret }
const temporary = { ...keys, sessionToken: token }

describe('a block of keys', () => {
  it.each([
    [
      '~/.aws/credentials',
      `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
      keys,
    ],
    [
      'the first profile that has some',
      `[empty]\n\n[work]\r\naws_access_key_id=${id}\r\naws_secret_access_key=${secret}\r\naws_session_token=${token}\r\n[other]\naws_access_key_id=AKIAOTHER00000000000\naws_secret_access_key=${secret}`,
      temporary,
    ],
    [
      'a profile with a region',
      `[profile work]\nregion = eu-west-3 # Paris\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}`,
      { ...keys, region: 'eu-west-3' },
    ],
    [
      'a shell',
      `export AWS_ACCESS_KEY_ID="${id}"\nexport AWS_SECRET_ACCESS_KEY="${secret}"\nexport AWS_SESSION_TOKEN="${token}"`,
      temporary,
    ],
    [
      'a shell, on one line',
      `AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret} aws s3 ls`,
      keys,
    ],
    [
      'a shell, with semicolons',
      `export AWS_ACCESS_KEY_ID=${id}; export AWS_SECRET_ACCESS_KEY='${secret}';`,
      keys,
    ],
    ['fish', `set -gx AWS_ACCESS_KEY_ID ${id}\nset -gx AWS_SECRET_ACCESS_KEY ${secret}`, keys],
    ['csh', `setenv AWS_ACCESS_KEY_ID ${id}\nsetenv AWS_SECRET_ACCESS_KEY ${secret}`, keys],
    [
      'PowerShell',
      `$Env:AWS_ACCESS_KEY_ID="${id}"\n$env:AWS_SECRET_ACCESS_KEY = '${secret}'`,
      keys,
    ],
    ['Windows', `SET AWS_ACCESS_KEY_ID=${id}\nSET "AWS_SECRET_ACCESS_KEY=${secret}"`, keys],
    ['setx', `setx AWS_ACCESS_KEY_ID ${id}\nsetx AWS_SECRET_ACCESS_KEY ${secret}`, keys],
    ['YAML', `- accessKeyId: ${id}\n  secretAccessKey: "${secret}"`, keys],
    ['JavaScript', `  accessKeyId: '${id}',\n  secretAccessKey: '${secret}',`, keys],
    ['labels on lines of their own', `Access Key ID\n${id}\nSecret Access Key\n${secret}`, keys],
    ['labels with colons', `Access key:\n${id}\n\nSecret access key:\n${secret}`, keys],
    ['a table’s cells', `Access key\t${id}\nSecret access key\t${secret}`, keys],
    [
      'aws sts assume-role',
      JSON.stringify({
        Credentials: {
          AccessKeyId: id,
          SecretAccessKey: secret,
          SessionToken: token,
          Expiration: '2026-01-01T00:00:00Z',
        },
        AssumedRoleUser: { Arn: 'arn:aws:sts::123456789012:assumed-role/a/b' },
      }),
      temporary,
    ],
    [
      'credential_process',
      JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: secret, SessionToken: token }),
      temporary,
    ],
    [
      'aws iam create-access-key',
      JSON.stringify(
        {
          AccessKey: { UserName: 'me', AccessKeyId: id, Status: 'Active', SecretAccessKey: secret },
        },
        null,
        2,
      ),
      keys,
    ],
    [
      'the CSV of IAM’s console',
      `\uFEFFAccess key ID,Secret access key\r\n${id},${secret}\r\n`,
      keys,
    ],
    [
      'its older CSV',
      `User name,Password,Access key ID,Secret access key,Console login link\n"me, myself",,${id},"${secret}",https://123456789012.signin.aws.amazon.com/console`,
      keys,
    ],
    ['two bare lines', `${id}\n${secret}`, keys],
    ['two bare lines and a token', `${id}\n${secret}\n${token}`, temporary],
    ['s3fs’s file', `${id}:${secret}`, keys],
    [
      'a secret alone',
      `AWS_SECRET_ACCESS_KEY=${secret}`,
      { credentialKind: 'keys', secretAccessKey: secret },
    ],
    [
      'Backblaze’s page',
      `keyID:\n0042d7e5a1b9c3f0000000001\nkeyName:\nlaptop\napplicationKey:\nK004abcdefghijklmnopqrstuvwxyz12`,
      {
        credentialKind: 'keys',
        accessKeyId: '0042d7e5a1b9c3f0000000001',
        secretAccessKey: 'K004abcdefghijklmnopqrstuvwxyz12',
      },
    ],
  ])('of %s', (_, text, fields) => {
    expect(parsePasted(text)).toEqual({ kind: 'keys', fields, unsupported: null })
  })

  it('selects a profile, a sign-in or the environment if it contains no keys', () => {
    const role =
      '[profile work]\nrole_arn = arn:aws:iam::123456789012:role/Up\nsource_profile = default\nregion = eu-west-3'
    const sso =
      '[profile work]\nsso_start_url = https://me.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = Up\nregion = eu-west-3'

    expect(parsePasted(role)?.fields).toEqual({
      credentialKind: 'profile',
      profile: 'work',
      region: 'eu-west-3',
    })
    expect(parsePasted(sso)?.fields).toEqual({
      credentialKind: 'sso',
      ssoStartUrl: 'https://me.awsapps.com/start',
      ssoRegion: 'us-east-1',
      ssoAccountId: '123456789012',
      ssoRoleName: 'Up',
      region: 'eu-west-3',
    })
    expect(parsePasted('export AWS_PROFILE=work')?.fields).toEqual({
      credentialKind: 'profile',
      profile: 'work',
    })
    expect(
      parsePasted('[mine]\ntype = s3\nprovider = AWS\nenv_auth = true\nregion = eu-west-3')?.fields,
    ).toMatchObject({
      credentialKind: 'environment',
      provider: 'aws',
    })
  })
})

describe('settings of another program', () => {
  const minio = { ...keys, endpoint: 'http://192.168.1.20:9000' }
  const account = '0'.repeat(32)

  it.each([
    [
      'rclone',
      `[photos]\ntype = s3\nprovider = Cloudflare\naccess_key_id = ${id}\nsecret_access_key = ${secret}\nregion = auto\nendpoint = https://${account}.r2.cloudflarestorage.com\nacl = private`,
      {
        ...keys,
        name: 'photos',
        provider: 'r2',
        pathStyle: true,
        region: 'auto',
        endpoint: `https://${account}.r2.cloudflarestorage.com`,
      },
    ],
    [
      'rclone, behind another backend',
      `[drive]\ntype = drive\ntoken = {"access_token":"x"}\n\n[wasabi]\ntype = s3\nprovider = Wasabi\naccess_key_id = ${id}\nsecret_access_key = ${secret}\nendpoint = s3.eu-central-1.wasabisys.com`,
      {
        ...keys,
        name: 'wasabi',
        provider: 'wasabi',
        pathStyle: true,
        region: 'eu-central-1',
        endpoint: 'https://s3.eu-central-1.wasabisys.com',
      },
    ],
    [
      'rclone, of a server at home',
      `[home]\ntype = s3\nprovider = Minio\naccess_key_id = ${id}\nsecret_access_key = ${secret}\nendpoint = http://192.168.1.20:9000`,
      { ...minio, name: 'home', provider: 'minio', pathStyle: true },
    ],
    [
      's3cmd',
      `[default]\naccess_key = ${id}\nsecret_key = ${secret}\naccess_token = \nbucket_location = US\nhost_base = nyc3.digitaloceanspaces.com\nhost_bucket = %(bucket)s.nyc3.digitaloceanspaces.com\nuse_https = True`,
      {
        ...keys,
        provider: 'spaces',
        endpoint: 'https://nyc3.digitaloceanspaces.com',
        region: 'US',
        pathStyle: false,
      },
    ],
    [
      's3cmd, of a server at home',
      `[default]\naccess_key = ${id}\nsecret_key = ${secret}\nhost_base = 192.168.1.20:9000\nhost_bucket = 192.168.1.20:9000\nuse_https = False`,
      { ...minio, pathStyle: true },
    ],
    [
      'a .env file',
      `# uploads\nS3_ACCESS_KEY_ID=${id}\nS3_SECRET_ACCESS_KEY="${secret}"\nS3_REGION=fr-par\nS3_ENDPOINT=https://s3.fr-par.scw.cloud\nS3_BUCKET=photos\nS3_PREFIX=/up\nDATABASE_URL=postgres://a:b@c/d\n`,
      {
        ...keys,
        provider: 'scaleway',
        endpoint: 'https://s3.fr-par.scw.cloud',
        region: 'fr-par',
        bucket: 'photos',
        prefix: 'up/',
        pathStyle: false,
      },
    ],
    [
      'Laravel',
      `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\nAWS_DEFAULT_REGION=us-east-1\nAWS_BUCKET=photos\nAWS_ENDPOINT=http://192.168.1.20:9000\nAWS_USE_PATH_STYLE_ENDPOINT=true`,
      { ...minio, region: 'us-east-1', bucket: 'photos', pathStyle: true },
    ],
    [
      'R2 by the account',
      `R2_ACCOUNT_ID=${account}\nR2_ACCESS_KEY_ID=${id}\nR2_SECRET_ACCESS_KEY=${secret}\nR2_BUCKET_NAME=photos`,
      {
        ...keys,
        provider: 'r2',
        endpoint: `https://${account}.r2.cloudflarestorage.com`,
        bucket: 'photos',
        pathStyle: true,
      },
    ],
    [
      'a profile with its own endpoint',
      `[minio]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\nendpoint_url = http://192.168.1.20:9000`,
      minio,
    ],
    [
      'MinIO’s client',
      `mc alias set home http://192.168.1.20:9000 ${id} ${secret} --api S3v4`,
      { ...minio, name: 'home' },
    ],
    [
      'MinIO’s client, its configuration',
      JSON.stringify({
        version: '10',
        aliases: {
          gcs: {
            url: 'https://storage.googleapis.com',
            accessKey: 'YOUR-ACCESS-KEY-HERE',
            secretKey: 'YOUR-SECRET-KEY-HERE',
          },
        },
      }),
      { provider: 'gcs', endpoint: 'https://storage.googleapis.com', pathStyle: true },
    ],
    [
      'MinIO’s client, one alias',
      JSON.stringify({
        status: 'success',
        alias: 'home',
        URL: 'http://192.168.1.20:9000',
        accessKey: id,
        secretKey: secret,
        api: 'S3v4',
        path: 'auto',
      }),
      minio,
    ],
  ])('%s', (_, text, fields) => {
    expect(parsePasted(text)).toEqual({ kind: 'settings', fields, unsupported: null })
  })

  it.each([
    'region: eu-west-3',
    'Dear all,\nthe key: is under the mat.\nRegards',
    'password: hunter2hunter2',
    'SECRET_KEY=django-insecure-0123456789abcdef0123456789',
    `AWS_ACCESS_KEY_ID=<your key>\nAWS_SECRET_ACCESS_KEY=\${SECRET}`,
    'AZURE_STORAGE_KEY=abc\nGITHUB_ACCESS_TOKEN=ghp_0123456789',
    '[drive]\ntype = drive\nclient_id = 1',
    '{"hello": "world"}',
    '[1, 2',
    'a,b\n1,2',
  ])('is not what %j is', (text) => {
    expect(parsePasted(text)).toBeNull()
  })
})

describe('a Cyberduck file', () => {
  const plist = (entries: Record<string, string>) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict>${Object.entries(
      entries,
    )
      .map(([name, value]) => `<key>${name}</key>\n\t<string>${value}</string>`)
      .join('\n')}</dict></plist>`

  it('fills in a bookmark', () => {
    const text = plist({
      Protocol: 's3',
      Provider: 'iterate GmbH',
      Nickname: 'Cats &amp; dogs',
      Hostname: 's3.eu-central-1.amazonaws.com',
      Port: '443',
      Username: id,
      Path: '/photos/a b',
    })

    expect(parsePasted(text)).toEqual({
      kind: 'bookmark',
      fields: {
        name: 'Cats & dogs',
        provider: 'aws',
        endpoint: 'https://s3.eu-central-1.amazonaws.com',
        region: 'eu-central-1',
        bucket: 'photos',
        prefix: 'a b/',
        pathStyle: false,
        accessKeyId: id,
      },
      unsupported: null,
    })
  })

  it('fills in a connection profile', () => {
    const text = plist({
      Protocol: 's3',
      Vendor: 'garage',
      Scheme: 'http',
      'Default Hostname': '192.168.1.20',
      'Default Port': '3900',
      'Default Path': '/photos',
      Region: 'garage',
    })

    expect(parsePasted(text)?.fields).toEqual({
      endpoint: 'http://192.168.1.20:3900',
      region: 'garage',
      bucket: 'photos',
      pathStyle: true,
    })
  })

  it('of another protocol is reported as unsupported', () => {
    expect(parsePasted(plist({ Protocol: 'sftp', Hostname: 'example.org' }))).toEqual({
      kind: 'bookmark',
      fields: {},
      unsupported: 'not-s3',
    })
    expect(parsePasted(plist({ Name: 'x' }))).toBeNull()
  })
})
