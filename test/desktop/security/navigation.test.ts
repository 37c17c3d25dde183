import { beforeEach, describe, expect, it } from 'vitest'
import { guardNavigation } from '../../../electron/desktop/security/navigation.ts'
import { app, FakeWebContents, resetElectron, standIn } from '../../fakes/electron.ts'

const SIGN_IN = 'https://device.sso.example/?user_code=ABCD-EFGH'
const SHARE_LINK = 'https://s3.example/bucket/a.txt?X-Amz-Signature=1'

let contents: FakeWebContents
let opened: string[]

beforeEach(() => {
  resetElectron()
  opened = []
  guardNavigation(standIn(app), {
    pageOrigin: 'app://ferry',
    mayOpen: (url) => url === SHARE_LINK || url === SIGN_IN || url.startsWith('file:'),
    open: async (url) => void opened.push(url),
  })
  contents = new FakeWebContents()
  app.emit('web-contents-created', {}, contents)
})

describe('the page', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])(
    'is not navigated by %s',
    (event) => {
      const went = [
        'https://evil.example/',
        'file:///etc/passwd',
        'app://other/',
        'app://ferry.evil/',
        'javascript:alert(1)',
        'not a url',
        SHARE_LINK,
      ].filter((url) => contents.navigates(event, url))

      expect(went).toEqual([])
      expect(contents.navigates(event, 'app://ferry/')).toBe(true)
    },
  )

  it('gets no frame, not even of itself', () => {
    expect(contents.navigates('will-frame-navigate', 'app://ferry/', false)).toBe(false)
  })

  it('gets no webview', () => {
    expect(contents.navigates('will-attach-webview', '')).toBe(false)
  })
})

describe('a link', () => {
  it.each([SHARE_LINK, SIGN_IN, 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html'])(
    "to %s opens in the browser and never in a window of Ferry's",
    (url) => {
      expect(contents.opens(url)).toBe('deny')
      expect(opened).toEqual([url])
    },
  )

  it.each([
    'https://s3.example/bucket/other.txt',
    'https://device.sso.example/?user_code=IJKL-MNOP',
    'https://docs.aws.amazon.com.evil.example/',
    'http://docs.aws.amazon.com/',
    'file:///usr/bin/true',
    'smb://host/share',
    'ms-msdt:/id',
    'javascript:alert(1)',
    'about:blank',
  ])('to %s is not opened', (url) => {
    expect(contents.opens(url)).toBe('deny')
    expect(opened).toEqual([])
  })
})
