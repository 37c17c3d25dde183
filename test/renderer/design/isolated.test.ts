import { expect, it } from 'vitest'
import { isolated } from '../../../renderer/design/isolated.tsx'

it('marks only text that could reverse a sentence', () => {
  expect(isolated('photos-2026.zip')).toBe('photos-2026.zip')
  expect(isolated('תמונות.zip')).toBe('\u2068תמונות.zip\u2069')
})
