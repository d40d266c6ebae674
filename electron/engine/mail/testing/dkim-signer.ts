/** A mail server of elsewhere that signs with DKIM, and the records that the DNS has of it. */
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { fakeClock } from '../../testing/fakes.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** The key as it stands in the DNS. */
export const keyRecord = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`

/** `h=` of a signature that covers all that matters. */
export const allFields = 'From:To:Cc:Subject:Date:MIME-Version:Content-Type:Message-ID'

type Signing = {
  readonly domain?: string
  readonly headerList?: string
  readonly maxBodyLength?: number
  readonly algorithm?: string
  /** `t=` and `x=`, in milliseconds after the tests' now. */
  readonly signed?: number
  readonly expires?: number
}

/** The message with its signature in front; by example.org, a minute ago, over all fields. */
export async function sign(raw: Uint8Array, options: Signing = {}): Promise<Uint8Array> {
  const { domain = 'example.org', headerList = allFields, algorithm = 'rsa-sha256', maxBodyLength } = options
  const now = fakeClock().now()
  const key = {
    signingDomain: domain,
    selector: 's1',
    privateKey: pem,
    ...(maxBodyLength === undefined ? {} : { maxBodyLength }),
  }
  const times = {
    signTime: new Date(now + (options.signed ?? -60_000)),
    ...(options.expires === undefined ? {} : { expires: new Date(now + options.expires) }),
  }
  const result = await dkimSign(Buffer.from(raw), { ...key, ...times, algorithm, headerList, signatureData: [key] })
  if (!result.signatures.includes('DKIM-Signature')) throw new Error('nothing was signed')
  return Buffer.concat([Buffer.from(`${result.signatures.trimEnd()}\r\n`), raw])
}
