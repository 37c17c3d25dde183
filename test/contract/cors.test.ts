import { expect, it } from 'vitest'
import { allowsOrigin, isOriginPattern, isWindowOrigin } from '../../electron/contract/cors.ts'

const PATTERN = 'http://*.localhost:47470'

it.each([
  ['*', 'http://a.example', true],
  ['http://a.example', 'http://a.example', true],
  ['http://a.example', 'http://a.example:81', false],
  [PATTERN, 'http://k3v9.localhost:47470', true],
  [PATTERN, 'http://k3v9.localhost:47471', false],
  [PATTERN, 'https://k3v9.localhost:47470', false],
  [PATTERN, 'http://127.0.0.1:47470', false],
  // The parts around the star must both match, without sharing a character.
  ['http://aa*aa', 'http://aaa', false],
  ['http://*.*.example', 'http://a.b.example', false],
])('the allowed origin %s matches %s: %s', (allowed, origin, fits) => {
  expect(allowsOrigin(allowed, origin)).toBe(fits)
})

it('distinguishes a pattern from an origin and from everybody', () => {
  expect(['*', 'http://a.example', PATTERN].map(isOriginPattern)).toEqual([false, false, true])
})

it('recognizes the origins of Ferry’s windows, including earlier ones', () => {
  const ours = [PATTERN, 'http://127.0.0.1:47470', 'http://localhost:1', 'http://k3v9.localhost:2']
  const others = ['*', 'http://127.0.0.1.example', 'https://127.0.0.1:1', 'http://*.example:1']

  expect(ours.every(isWindowOrigin)).toBe(true)
  expect(others.some(isWindowOrigin)).toBe(false)
})
