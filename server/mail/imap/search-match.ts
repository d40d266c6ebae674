/** Whether a message matches a SEARCH (RFC 3501 6.4.4). Names and text are compared decoded, without regard to case. */
import { splitMessage } from '../../../shared/header.ts'
import { sloppyStructure } from '../../../shared/mime/sloppy.ts'
import { structureOf } from '../../../shared/mime/structure.ts'
import { readPart } from '../../../shared/mime/text.ts'
import { decodeWords } from '../../../shared/text/encoded-word.ts'
import type { StoredMessage } from '../../store/mail/mail-store.ts'
import { headerEnd, isLatin1 } from '../summary.ts'
import type { SearchQuery, SearchTerm } from './core.ts'

/** `raw` reads the bytes: only asked for when a term needs them. */
export type Searched = StoredMessage & { readonly raw: () => Promise<Uint8Array | undefined> }
type Matcher = (message: Searched) => Promise<boolean>

/**
 * Bytes of a message and of its header that a search looks at: then a hostile one costs some dozens of milliseconds
 * (search-match.test.ts). Text stands before attachments.
 */
const maxSearched = 500_000
const maxHeader = 128 * 1_024

/** The test that a message has to pass for a query; of a list, every term. */
export function matcherOf(query: SearchQuery): Matcher {
  if (isList(query)) return every(query.map(matcherOf))
  return termMatcher(query)
}

function isList(query: SearchQuery): query is readonly SearchQuery[] {
  return Array.isArray(query)
}

function every(matchers: readonly Matcher[]): Matcher {
  return async (message) => {
    for (const matcher of matchers) if (!(await matcher(message))) return false
    return true
  }
}

function some(matchers: readonly Matcher[]): Matcher {
  return async (message) => {
    for (const matcher of matchers) if (await matcher(message)) return true
    return false
  }
}

function termMatcher(term: SearchTerm): Matcher {
  switch (term.key) {
    case 'all':
    case 'charset':
      return async () => true
    case 'not': {
      const inner = matcherOf(queryOf(term.value))
      return async (message) => !(await inner(message))
    }
    case 'or':
      return some((Array.isArray(term.value) ? term.value : []).map((value) => matcherOf(queryOf(value))))
    case 'flag':
      return async ({ flags }) => hasFlag(flags, textOf(term.value)) === (term.exists === true)
    case 'uid': {
      const uids = new Set(Array.isArray(term.value) ? term.value : [])
      return async ({ uid }) => uids.has(uid)
    }
    case 'modseq':
      return async ({ modseq }) => modseq >= Number(term.value)
    case 'size':
      return async ({ size }) => compare(size, term.operator, Number(term.value))
    case 'internaldate':
      return dateMatcher(term)
    default:
      return contentMatcher(term)
  }
}

/** What the library nests in a term: again terms. */
function queryOf(value: unknown): SearchQuery {
  if (Array.isArray(value)) return value.map(queryOf)
  if (typeof value === 'object' && value !== null && 'key' in value && typeof value.key === 'string') {
    return { ...value, key: value.key }
  }
  throw new Error('a search term is not a term')
}

function hasFlag(flags: readonly string[], wanted: string): boolean {
  return flags.some((flag) => flag.toLowerCase() === wanted.toLowerCase())
}

function compare(value: number, operator: string | undefined, with_: number): boolean {
  switch (operator ?? '') {
    case '<':
      return value < with_
    case '<=':
      return value <= with_
    case '=':
      return value === with_
    case '>=':
      return value >= with_
    case '>':
      return value > with_
    default:
      return false
  }
}

const dayMs = 86_400_000

/** Whole days for BEFORE, ON and SINCE; moments for OLDER and YOUNGER, which arrive as a Date. */
function dateMatcher({ operator, value }: SearchTerm): Matcher {
  if (value instanceof Date) return async ({ received }) => compare(received, operator, value.getTime())
  const day = Math.floor(Date.parse(`${textOf(value)} UTC`) / dayMs)
  return async ({ received }) => compare(Math.floor(received / dayMs), operator, day)
}

function contentMatcher(term: SearchTerm): Matcher {
  const wanted = textOf(term.value).toLowerCase()
  switch (term.key) {
    case 'header':
      return async (message) => headerMatches(await rawOf(message), (term.header ?? '').toLowerCase(), wanted)
    case 'date': {
      const day = Math.floor(Date.parse(`${wanted} UTC`) / dayMs)
      return async (message) => compare(sentDay(await rawOf(message), message.received), term.operator, day)
    }
    case 'body':
      return async (message) => bodyOf(await rawOf(message)).includes(wanted)
    case 'text':
      return async (message) => {
        const raw = await rawOf(message)
        return fieldsOf(raw).some(({ value }) => value.includes(wanted)) || bodyOf(raw).includes(wanted)
      }
    default:
      return async () => false
  }
}

async function rawOf(message: Searched): Promise<Uint8Array> {
  return ((await message.raw()) ?? new Uint8Array()).subarray(0, maxSearched)
}

type Field = { readonly name: string; readonly value: string }

/** Decoded and in lower case. */
function fieldsOf(raw: Uint8Array): readonly Field[] {
  const text = Buffer.from(raw.subarray(0, maxHeader)).toString('utf8')
  const unfolded = text.slice(0, headerEnd(text)).replace(/\r?\n(?=[ \t])/g, '')
  return unfolded.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    if (colon < 1) return []
    return [
      {
        name: line.slice(0, colon).trim().toLowerCase(),
        value: decodeWords(
          line
            .slice(colon + 1)
            .trim()
            .replace(/[ \t]+/g, ' '),
        ).toLowerCase(),
      },
    ]
  })
}

/** An empty `wanted`: the field is there at all. */
function headerMatches(raw: Uint8Array, name: string, wanted: string): boolean {
  return fieldsOf(raw).some((field) => field.name === name && field.value.includes(wanted))
}

/** By the day that the Date field names, whatever its zone (RFC 3501: "disregarding time and timezone"). */
function sentDay(raw: Uint8Array, received: number): number {
  const field = fieldsOf(raw).find(({ name }) => name === 'date')
  const named = /(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})/.exec(field?.value ?? '')
  const parsed = named ? Date.parse(`${named[1]} ${named[2]} ${named[3]} UTC`) : received
  return Math.floor((Number.isNaN(parsed) ? received : parsed) / dayMs)
}

/** In lower case, as the client shows it. Where the structure has several readings: the bytes as they stand (I8). */
function bodyOf(raw: Uint8Array): string {
  const message = splitMessage(raw)
  const structure = structureOf(message)
  const root = structure.kind === 'broken' ? sloppyStructure(message) : structure.root
  const text = root ? readPart(root).text : Buffer.from(message.body).toString('utf8')
  return text.toLowerCase()
}

/** The library gives literals as bytes and quoted strings as one character a byte: both are UTF-8. */
function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('utf8')
  const text = typeof value === 'string' ? value : ''
  return !isLatin1(text) ? text : Buffer.from(text, 'latin1').toString('utf8')
}
