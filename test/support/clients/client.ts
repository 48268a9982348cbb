import type { Mode, Protocol } from '../../../src/index.ts'

/** Where a client is to go, and with what. */
export interface Target {
  readonly scenario: string
  readonly protocol: Protocol
  /** `implicit` or `starttls`; what it is told to use. */
  readonly mode: Mode
  readonly servername: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** What the client is told to trust, and what it sends. */
export interface Errand {
  /** Path of a PEM file with the only roots to trust. */
  readonly ca: string
  /** Path of a PEM file with the CRLs of the whole chain, for a client that looks at revocation. Default none. */
  readonly crls?: string
  /** The message to send over SMTP, CRLF line ends. */
  readonly mail: { readonly from: string; readonly to: string; readonly raw: string | Buffer }
  /** Number of the message to fetch over IMAP or POP3. Default 1. */
  readonly message?: number
  /**
   * `given`: told to verify, to trust `ca` and to insist on TLS. `machine`: told nothing about certificates; the machine
   * trusts `ca` as far as the client's environment can say so. Default `given`.
   */
  readonly trust?: 'given' | 'machine'
}

/** What the client made of it, in its own words. */
export interface Said {
  /** Whether the client says that all went well. */
  readonly ok: boolean
  /** Its error, or what it says when all is well. */
  readonly said: string
  /** What a listing over IMAP or POP3 showed, one entry per mailbox or message; absent where the client never lists. */
  readonly listed?: readonly string[]
  /** The message as the client has it: its octets, or what it stored where it stores with changes of its own. */
  readonly fetched?: Buffer
}

/** A real client that logs in, lists and fetches, or sends. */
export interface SessionClient {
  readonly name: string
  /** Whose code looks at TLS. Default: OpenSSL's, or that of a fork. */
  readonly implementation?: 'gnutls' | 'java' | 'go'
  /** Programs (or files) that it needs. */
  readonly needs: readonly string[]
  readonly protocols: readonly Protocol[]
  /** Modes that it cannot do. Default none. */
  readonly cannot?: Readonly<Partial<Record<Protocol, Mode>>>
  /** `as-stored` when it puts headers of its own before the message, or changes line ends. Default `octets`. */
  readonly fetches?: 'octets' | 'as-stored'
  /** The line of versions whose words are kept apart from those of others: that of what runs it. Default: none. */
  readonly series?: string
  /** It may close without having read everything, so that the server sees now an end and now a reset. */
  readonly closesUnread?: true
  /** Of all that it says of a failure, what says why. Default: the first line. */
  sentence?(said: string): string
  /** Its version, as it says itself. */
  version(): Promise<string>
  /** In words: the options that make it verify and insist on TLS. */
  readonly verifying: string
  /**
   * In words: how it is told to use TLS, and what stands for a root that the machine trusts. `source` is what says that it is
   * unsafe so, where it is: its own documentation, an advisory or a bug, to be looked up by anybody.
   */
  readonly byDefault: {
    readonly told: string
    readonly machine: string
    readonly source?: string
    /** It is not asked what it does by default. */
    readonly isAsked?: false
  }
  /** One session with each target. Never rejects for what a server did. */
  playAll(targets: readonly Target[], errand: Errand): Promise<readonly Said[]>
}

/** Sessions that run beside each other. */
const atATime = 4

/** A client whose sessions are a process each. */
export const definedAlone = ({
  play,
  ...client
}: Omit<SessionClient, 'playAll'> & { play(target: Target, errand: Errand): Promise<Said> }): SessionClient => ({
  ...client,
  async playAll(targets, errand) {
    const all: Said[] = []
    const waiting = targets.entries()
    const work = async (): Promise<void> => {
      for (const [index, target] of waiting) all[index] = await play(target, errand)
    }
    await Promise.all(Array.from({ length: atATime }, work))
    return all
  },
})

/** The session with one target. */
export async function playOne(client: SessionClient, target: Target, errand: Errand): Promise<Said> {
  const [said] = await client.playAll([target], errand)
  if (!said) throw new Error(`${client.name} said nothing.`)
  return said
}

/** The first thing in a text that looks like a version. */
export const versionIn = (text: string): string => /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'unknown'

/** How a source is cited: where it stands, or its number. */
export const citation = /https:\/\/\S+|\bCVE-\d{4}-\d+|\bbug \d+/
