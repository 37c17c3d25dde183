import type { Oddity } from '../oddity.ts'

/** No oddity: proves that the zoo itself changes nothing. */
export const HONEST: readonly Oddity[] = [
  {
    title: 'A store that keeps to the documents',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html',
    act: () => (_request, store) => store(),
  },
]
