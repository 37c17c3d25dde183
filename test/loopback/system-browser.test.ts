import { expect, it } from 'vitest'
import { openInBrowser } from '../../electron/loopback/system-browser.ts'

const handlers = (id: string) => `(
        {
        LSHandlerPreferredVersions =         {
            LSHandlerRoleAll = "-";
        };
        LSHandlerRoleAll = "com.apple.mail";
        LSHandlerURLScheme = mailto;
    },
        {
        LSHandlerPreferredVersions =         {
            LSHandlerRoleAll = "-";
        };
        LSHandlerRoleAll = "${id}";
        LSHandlerURLScheme = https;
    }
)
`

/**
 * The programs that were tried, and the result. `installed` says whether there is a Chromium-based
 * browser.
 */
async function opened(platform: NodeJS.Platform, said: string, installed: boolean, any = true) {
  const tried: string[] = []
  const how = await openInBrowser('/ferry/open.html', {
    platform,
    mask: 0o022,
    readHandlers: async () => said,
    open: async (_target, { apps }) => {
      tried.push(apps?.[0] ?? 'default')
      return apps === undefined ? any : installed
    },
  })
  return { how, tried }
}

it.each([
  ['Chrome', 'com.google.chrome'],
  ['Edge', 'com.microsoft.edgemac'],
  ['Brave', 'com.brave.browser'],
  ['Arc', 'company.thebrowser.Browser'],
])('a Mac’s default browser opens the page: %s', async (_name, id) => {
  expect(await opened('darwin', handlers(id), true)).toEqual({ how: 'opened', tried: ['default'] })
})

it.each([
  ['Safari', handlers('com.apple.safari')],
  ['Firefox', handlers('org.mozilla.firefox')],
  ['Safari, as nobody chose', '(\n)\n'],
])('a Chromium-based browser is preferred over a Mac’s %s', async (_name, said) => {
  expect(await opened('darwin', said, true)).toEqual({ how: 'opened', tried: ['google chrome'] })
  expect(await opened('darwin', said, false)).toEqual({
    how: 'untested',
    tried: ['google chrome', 'default'],
  })
})

it('reports that none opened', async () => {
  expect((await opened('darwin', '', false, false)).how).toBe('failed')
})

it.each(['linux', 'win32'] as const)('does not ask on %s', async (platform) => {
  expect(await opened(platform, '', true)).toEqual({ how: 'opened', tried: ['default'] })
})
