/** Messages as they arrive from others. */

type Sample = {
  readonly from?: string
  readonly to?: string
  readonly subject?: string
  readonly id?: string
  readonly headers?: readonly string[]
  readonly type?: string
  readonly body?: string
}

/** The authserv-id of the tests' own server. */
export const authserv = 'mail.corp.test'

/** Bytes of a message; by default an ordinary one from Bob, without any proof. */
export function sample(options: Sample = {}): Uint8Array {
  return Buffer.from(
    [
      ...(options.headers ?? []),
      `From: ${options.from ?? 'Bob Lin <bob@corp.test>'}`,
      `To: ${options.to ?? 'alice@corp.test'}`,
      `Subject: ${options.subject ?? 'Hello'}`,
      'Date: Mon, 23 Nov 2026 08:00:00 +0000',
      ...(options.id === '' ? [] : [`Message-ID: ${options.id ?? '<m1@corp.test>'}`]),
      'MIME-Version: 1.0',
      `Content-Type: ${options.type ?? 'text/plain; charset=utf-8'}`,
      '',
      options.body ?? 'Good morning',
      '',
    ].join('\r\n'),
    'utf8',
  )
}

/** The same, submitted by its author's account according to the own server. */
export function submitted(options: Sample = {}, login = 'bob@corp.test'): Uint8Array {
  const result = `Authentication-Results: ${authserv}; auth=pass smtp.auth=${login}`
  return sample({ ...options, headers: [result, ...(options.headers ?? [])] })
}
