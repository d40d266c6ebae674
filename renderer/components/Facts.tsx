/** A list of terms with their values. */
import { Fragment, type ReactNode } from 'react'

/** One term and its value; terms are unique within a list. */
type Fact = { readonly term: string; readonly text: ReactNode }

type FactsProps = { readonly facts: readonly Fact[]; readonly close?: boolean }

/** Terms and what they are, one below the other; `close` for few and short terms. */
export function Facts({ facts, close = false }: FactsProps) {
  return (
    <dl className={`facts ${close ? 'facts-close' : ''}`}>
      {facts.map(({ term, text }) => (
        <Fragment key={term}>
          <dt>{term}</dt>
          <dd>{text}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
