/** Why a port could not be opened, in an operator's words; undefined: for another reason, a bug. */
export function whyNotListening(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const port = 'port' in error && typeof error.port === 'number' ? ` ${error.port}` : ''
  if (error.code === 'EADDRINUSE') return `the port${port} is in use`
  if (error.code === 'EACCES') return `the port${port} needs more rights`
  return error.code === 'EADDRNOTAVAIL' ? "the address to listen on is not this machine's" : undefined
}
