import { Fragment, type ReactNode } from 'react'

export type Fact = { readonly term: string; readonly text: ReactNode }

/** Terms and what they are, one below the other. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ term, text }) => (
        <Fragment key={term}>
          <dt>{term}</dt>
          <dd>{text}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
