import { expect, it } from 'vitest'
import { isolated } from '../../../renderer/design/isolated.tsx'

it('marks only what could turn a sentence round', () => {
  expect(isolated('photos-2026.zip')).toBe('photos-2026.zip')
  expect(isolated('תמונות.zip')).toBe('\u2068תמונות.zip\u2069')
})
