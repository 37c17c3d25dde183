import type { Oddity } from '../oddity.ts'

/** No oddity: proves that the zoo itself changes nothing. */
export const HONEST: readonly Oddity[] = [
  {
    title: 'A store that follows the documentation',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html',
    act: () => (_request, store) => store(),
  },
]
