/** The text of a message: targets in it can be opened, quotations fold. */
import { Fragment, useEffect, useMemo, useState } from 'react'
import type { Message } from '../../../shared/message.ts'
import { useWords } from '../../i18n/i18n.ts'
import { useStores } from '../context.tsx'
import { Modal } from '../Modal.tsx'
import { blocksOf, type Piece, piecesOf } from './text-pieces.ts'

/** Most addresses of one text that are asked about. */
const maxAddresses = 20

type Link = Extract<Piece, { readonly kind: 'link' }>

/** A new tab, or the system's browser, without a way back to this page. */
const outside = { target: '_blank', rel: 'noopener noreferrer' } as const

/** Tells the whole host name before a link is opened whose words say something else. */
function AskToLeave({ link, onClose }: { readonly link: Link; readonly onClose: () => void }) {
  const { t } = useWords()
  return (
    <Modal open onClose={onClose} title={t('talk.leaveTitle')}>
      <div className="grid gap-4">
        <p>{t('talk.leaveAsk')}</p>
        <p className="text-lg font-semibold wrap-anywhere">{link.host}</p>
        <p className="max-h-40 overflow-auto text-sm text-muted wrap-anywhere">{link.href}</p>
        <div className="flex flex-wrap justify-end gap-2">
          <a className="button button-primary" href={link.href} {...outside} onClick={onClose}>
            {t('talk.leave')}
          </a>
        </div>
      </div>
    </Modal>
  )
}

function LinkPiece({ link }: { readonly link: Link }) {
  const [asking, setAsking] = useState(false)
  if (!link.differs) {
    return (
      <a className="link" href={link.href} {...outside}>
        {link.href}
      </a>
    )
  }
  return (
    <>
      <button type="button" className="link" title={link.href} onClick={() => setAsking(true)}>
        {link.host}
      </button>
      {asking && <AskToLeave link={link} onClose={() => setAsking(false)} />}
    </>
  )
}

/** Only those who are listed can be written to; the address of anybody else stays text. */
function useListed(pieces: readonly Piece[]): ReadonlySet<string> {
  const { compose } = useStores()
  const [listed, setListed] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const addresses = [...new Set(pieces.flatMap((piece) => (piece.kind === 'address' ? [piece.address] : [])))]
    if (addresses.length === 0) return undefined
    let over = false
    const ask = async () => {
      const allowed = await compose.allowed(addresses.slice(0, maxAddresses))
      if (!over) setListed(allowed)
    }
    void ask()
    return () => {
      over = true
    }
  }, [pieces, compose])
  return listed
}

function Pieces({ text }: { readonly text: string }) {
  const { compose, navigation } = useStores()
  const pieces = useMemo(() => piecesOf(text), [text])
  const listed = useListed(pieces)
  return pieces.map((piece, index) => {
    // The pieces of a text stay where they are.
    const key = `${index}`
    if (piece.kind === 'link') return <LinkPiece key={key} link={piece} />
    if (piece.kind === 'text' || !listed.has(piece.address)) return <Fragment key={key}>{piece.text}</Fragment>
    const write = () => {
      void compose.start({ to: [{ address: piece.address, name: '' }] })
      navigation.show('mail')
    }
    return (
      <button key={key} type="button" className="link" onClick={write}>
        {piece.text}
      </button>
    )
  })
}

/** Shows a message's text. Its targets can be opened where its sender is listed: such a sender is proven. */
export function MessageText({ message }: { readonly message: Message }) {
  const { t } = useWords()
  const { text, direction, from } = message
  const blocks = useMemo(() => blocksOf(text), [text])
  const isTrusted = direction === 'out' || from.listed
  return blocks.map((block, index) => {
    const shown = isTrusted ? <Pieces text={block.text} /> : block.text
    const key = `${index}`
    if (!block.folds) {
      return (
        <Fragment key={key}>
          {shown}
          {blocks[index + 1]?.folds === false && '\n'}
        </Fragment>
      )
    }
    return (
      <details key={key} className="quotation">
        <summary>{t('talk.quoted')}</summary>
        {shown}
      </details>
    )
  })
}
