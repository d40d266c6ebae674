/** Every number that bounds the mail side, in one place. Sizes in bytes, times in milliseconds. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Largest message that is fetched whole; of a larger one only the header is read. */
export const maxMessageSize = 25 * 1024 * 1024
/** How much of a larger message's header is read: guard.md A5 measures up to 1 MB. */
export const maxHeaderSize = 1024 * 1024
/** Most messages of one FETCH; memory holds one batch at a time. */
export const fetchBatchCount = 100

/** Most bytes of one FETCH; a larger message stands alone. */
export const fetchBatchSize = 8 * 1024 * 1024

/** RFC 5322 sets no bound on References; the last ones keep the thread. */
export const maxReferences = 20

/** Most conversations whose open or closed state is remembered because a face asked for them. */
export const maxWatched = 1_000

/** RFC 5321 4.5.4.1: give up after four to five days. */
export const outboxLifetime = 5 * day
/** Tries before that, with their pauses an hour at least: a clock that was wrong when a message was queued gives nothing up. */
export const fewestTries = 12
/** First and longest pause between two tries of one message. */
export const sendBackoff = { base: 2 * second, cap: 15 * minute } as const
/** First and longest pause between two connections to the IMAP server. */
export const connectBackoff = { base: 1 * second, cap: 60 * second } as const

/** Servers may drop an IDLE after 30 minutes and routers after five (RFC 2177 3): renewed sooner, and every renewal also polls. */
export const idleRenewal = 3 * minute
/** How long the server has to answer a renewal: after a change of network nobody else says that the connection is dead. */
export const renewalTimeout = 30 * second
/** A held message whose proof failed for want of DNS is judged again after this. */
export const proofRetry = 10 * minute
/** An SMTP connection is kept this long for the next message. */
export const smtpIdle = 30 * second
/** Longest wait for a connection. */
export const connectTimeout = 20 * second

/** Longest wait for the server's first line. */
export const greetingTimeout = 20 * second

/** Longest wait for any single answer. */
export const answerTimeout = 2 * minute

/** Without IDLE, how long a new message may lie unnoticed. */
export const pollPause = 20 * second
/** How often flags are looked at on a server that does not count its changes, unless it tells of one. */
export const flagsPause = 3 * minute
/** How many of the newest messages have their flags looked at there. */
export const flagsWindow = 2_000
/** First and longest pause before a refused step of the mailbox is tried again. */
export const stepBackoff = { base: 1 * minute, cap: 1 * hour } as const
/** First and longest pause before a message that could not be had is asked for again. */
export const asideBackoff = { base: 1 * minute, cap: 1 * day } as const
/** First and longest pause before another login where the server refused one without blaming the password. */
export const loginBackoff = { base: 1 * second, cap: 15 * minute } as const
/** How many refused logins in a row pass unsaid. */
export const quietRefusals = 3
/** How many refusals one reading of a folder looks behind, to find the messages that they are about. */
export const maxRefusals = 64
/** A copy that no server took for so long is given up; the message itself stays. */
export const filingLifetime = 30 * day
/** A copy filed sooner than this after its message was sent is dated by the server. */
export const promptFiling = 1 * minute
/** How long a message that is gone from the server stays on the disk, unseen: a server's mistake is then no loss. */
export const goneLifetime = 30 * day
/** How near to the own clock a message's date is where it has just arrived. */
export const justNow = 5 * minute
/** Most folders that are looked at, and most messages at a time that are looked for in them. */
export const maxFolders = 200
export const maxSought = 50
/** Longest line of an IMAP answer, without its literals. */
export const maxLineLength = 16 * 1024 * 1024
/** Longest time for reading one message, and most memory of the thread that does it, in megabytes. */
export const readerPatience = 1 * minute
export const readerMemory = 512
/** The same for the inbox and where the own store failed. */
export const soonBackoff = { base: 5 * second, cap: 1 * minute } as const
/** Shortest wait between two rounds of the mailbox that nobody asked for. */
export const shortestWait = 1 * second
