import { type Act, type Oddity, onlyOf, withText, type ZooRequest } from '../oddity.ts'

const PART = /<Part>.*?<\/Part>/gs
const END = '</ListPartsResult>'
const PAGING = /<(IsTruncated|NextPartNumberMarker)>[^<]*<\/\1>/g

/** Returns the paging elements of a list of parts. */
type Paging = (page: { readonly last: number; readonly hasMore: boolean }) => string

/** Lists one part per page. The store itself honours the marker for the next page. */
function onePartAPage(paging: Paging): Act {
  return onlyOf(['ListParts'], (given) =>
    withText(given, (xml) => {
      const parts = xml.match(PART) ?? []
      const [first = ''] = parts
      const last = Number(/<PartNumber>(\d+)/.exec(first)?.[1] ?? 0)
      const page = paging({ last, hasMore: parts.length > 1 })
      return xml.replaceAll(PAGING, '').replaceAll(PART, '').replace(END, `${first}${page}${END}`)
    }),
  )
}

/** Changes the XML of each part. */
function ofEachPart(change: (part: string, request: ZooRequest) => string): Act {
  return onlyOf(['ListParts'], (given, request) =>
    withText(given, (xml) => xml.replaceAll(PART, (part) => change(part, request))),
  )
}

const isTruncated = (hasMore: boolean) => `<IsTruncated>${hasMore}</IsTruncated>`

/** How stores list parts and unfinished uploads. */
export const LISTS: readonly Oddity[] = [
  {
    title: 'A store says that there are more parts, but not where they start',
    source: 'https://github.com/getmoto/moto/issues/2482',
    files: ['parts'],
    act: () => onePartAPage(({ hasMore }) => isTruncated(hasMore)),
  },
  {
    title: 'S3 returns 0 as the marker of the next page',
    source: 'https://github.com/awslabs/aws-sdk-rust/issues/1143',
    files: ['parts'],
    act: () =>
      onePartAPage(
        ({ hasMore }) => `${isTruncated(hasMore)}<NextPartNumberMarker>0</NextPartNumberMarker>`,
      ),
  },
  {
    title: 'A store does not say whether there are more parts',
    source: 'https://github.com/afreidah/s3-orchestrator/issues/1535',
    files: ['parts'],
    act: () => onePartAPage(() => ''),
  },
  {
    title: 'A store ignores the marker, and lists all parts on every page',
    source: 'https://github.com/afreidah/s3-orchestrator/issues/1535',
    files: ['parts'],
    act: () => {
      let all = ''
      return async (request, store) => {
        const given = await store()
        if (request.operation !== 'ListParts' || request.key.includes('.ferry-check')) return given
        if (!request.query.has('part-number-marker')) {
          all = given.body
            .toString()
            .replaceAll(PAGING, '')
            .replace(END, isTruncated(true) + END)
        }
        return withText(given, () => all)
      }
    },
  },
  {
    title: 'rclone lists one part on two pages',
    source: 'https://github.com/rclone/rclone/issues/9460',
    files: ['parts'],
    act: () =>
      onlyOf(['ListParts'], (given) =>
        withText(given, (xml) =>
          xml.replace(PART, (part) => part + part.replace(/<ETag>.*?</, '<ETag>"old"<')),
        ),
      ),
  },
  {
    title: 'A store lists only the numbers of parts',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_Part.html',
    files: ['parts'],
    act: () =>
      ofEachPart((part) => `<Part>${/<PartNumber>\d+<\/PartNumber>/.exec(part)?.[0]}</Part>`),
  },
  {
    title: 'A store lists parts without their lengths',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_Part.html',
    files: ['parts'],
    act: () => ofEachPart((part) => part.replace(/<Size>\d+<\/Size>/, '')),
  },
]
