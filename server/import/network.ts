/** What went wrong with a connection, in words. None of them repeats what was sent. */

/** Undefined: it was not the connection. */
export function connectionFault(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  if (typeof code !== 'string') return undefined
  if (/CERT|SIGNED|ALTNAME/.test(code)) return `its certificate is not trusted: ${code}`
  return `there is no connection to it: ${code}`
}
