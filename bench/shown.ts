/** How a folder of real mail is shown: which subjects, names and texts are not what their writers wrote. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseMailboxes, type RawMessage, splitMessage } from '../shared/header.ts'
import { sloppyStructure } from '../shared/mime/sloppy.ts'
import { structureOf } from '../shared/mime/structure.ts'
import { readPart } from '../shared/mime/text.ts'
import { subjectOf } from '../shared/text/subject.ts'
import { quantile, table } from './figures.ts'

/** Folders of messages or mboxes, separated by colons. */
const foldersVariable = 'KITH_MAILS'
const longestSubject = 998

type Shown = { readonly subject: string; readonly names: string; readonly text: string; readonly isSource: boolean }

/** Reads every message of the folders as the client does, and counts what went wrong. */
export function benchShown(): void {
  const folders = (process.env[foldersVariable] ?? '').split(':').filter((folder) => folder !== '')
  if (folders.length === 0) {
    process.stdout.write(
      `\nshown: ${foldersVariable} names no folder of mail; bench/README.md says where to get some\n`,
    )
    return
  }
  const times: number[] = []
  const counts = { all: 0, replaced: 0, source: 0, words: 0, references: 0 }
  for (const raw of folders.flatMap(filesOf).flatMap(messagesOf)) {
    const start = performance.now()
    const { subject, names, text, isSource } = show(splitMessage(raw))
    times.push(performance.now() - start)
    counts.all += 1
    const said = `${subject}\n${names}\n${text}`
    if (said.includes('\ufffd')) counts.replaced += 1
    if (isSource) counts.source += 1
    if (/=\?[\w-]+\?[bq]\?[^\n]*\?=/iu.test(`${subject}\n${names}`)) counts.words += 1
    if (/&(?:[a-z]{2,8}|#\d{2,5});/iu.test(text)) counts.references += 1
  }
  const cells = [counts.all, counts.replaced, counts.source, counts.words, counts.references].map(String)
  table(
    'Shown: what a reader sees of real mail',
    ['messages', 'with U+FFFD', 'raw source', 'undecoded words', 'character references', 'p50', 'worst'],
    [[...cells, ...[0.5, 1].map((q) => `${quantile(times, q).toFixed(1)} ms`)]],
  )
}

function show(message: RawMessage): Shown {
  const structure = structureOf(message)
  const root = structure.kind === 'broken' ? sloppyStructure(message) : structure.root
  const text = root ? readPart(root).text : new TextDecoder().decode(message.body)
  const people = message.fields.filter(({ name }) => ['from', 'to', 'cc'].includes(name))
  const names = people.flatMap(({ value }) => {
    const parsed = parseMailboxes(value)
    return parsed.ok ? parsed.value.map(({ name }) => name) : []
  })
  // The body of a plain text is its source; of anything else it is not what was meant to be read.
  const type = message.fields.find(({ name }) => name === 'content-type')?.value ?? 'text/plain'
  const isSource = /^\s*(?:multipart|text\/html)/iu.test(type) && (root === undefined || root.type === 'text/plain')
  return { subject: subjectOf(message, longestSubject), names: names.join('\n'), text, isSource }
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
}

/** The messages of a file, line ends as IMAP has them; none where it holds something else. */
function messagesOf(file: string): readonly Uint8Array[] {
  const text = readFileSync(file, 'latin1').replace(/\r?\n/gu, '\r\n')
  const messages = text.startsWith('From ') ? text.split(/(?:^|\r\n\r\n)From [^\r\n]*\r\n/u).slice(1) : [text]
  const isMessage = (one: string): boolean => /^[\w-]+:/u.test(one) && /^(?:from|subject|received):/imu.test(one)
  return messages.filter(isMessage).map((one) => Buffer.from(`${one}\r\n`, 'latin1'))
}
