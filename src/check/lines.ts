import type { Phase } from '../record/record.ts'

/** One line of a transcript, taken apart. */
export interface TranscriptLine {
  readonly from: 'client' | 'server'
  readonly phase: Phase
  readonly text: string
}

/** Reads what `formatTranscript` wrote. A line of another shape counts as the server's, in clear. */
export function readTranscript(transcript: string): readonly TranscriptLine[] {
  if (transcript === '') return []
  return transcript.split('\n').map((line) => {
    const match = /^(?<who>[CS])(?<tls>\*?):(?: (?<text>.*))?$/s.exec(line)
    return {
      from: match?.groups?.['who'] === 'C' ? 'client' : 'server',
      phase: match?.groups?.['tls'] ? 'tls' : 'clear',
      text: match ? (match.groups?.['text'] ?? '') : line,
    }
  })
}

/** What became of STARTTLS (POP3: STLS) on one connection, as far as its lines tell. */
export type StartTls = 'granted' | 'refused' | 'ignored' | 'missing' | 'not-asked'

export function startTlsOn(lines: readonly TranscriptLine[]): StartTls {
  const clear = lines.filter(({ phase }) => phase === 'clear')
  const asked = lines.findIndex(isStartTls)
  if (asked >= 0) {
    const behind = lines.slice(asked + 1)
    const [reply] = behind.filter(({ from }) => from === 'server')
    // Where it was pipelined, the replies to what stood before it come first.
    const granted = behind.some(({ phase }) => phase === 'tls') || behind.some(isSmtpGoAhead)
    return granted || (reply && /^(?:\+OK\b|\S+ OK\b)/i.test(reply.text)) ? 'granted' : 'refused'
  }
  if (clear.some(offersStartTls)) return 'ignored'
  return clear.some(tellsCapabilities) ? 'missing' : 'not-asked'
}

/** Behind the greeting no other command is answered so. */
const isSmtpGoAhead = ({ from, text }: TranscriptLine): boolean => from === 'server' && /^220\b/.test(text)

export const isStartTls = ({ from, phase, text }: TranscriptLine): boolean =>
  from === 'client' && phase === 'clear' && /^(?:\S+ )?STARTTLS$|^STLS$/i.test(text)

export const offersStartTls = ({ from, phase, text }: TranscriptLine): boolean =>
  from === 'server' && phase === 'clear' && /^250[ -]STARTTLS$|\bCAPABILITY\b.*\bSTARTTLS\b|^STLS$/i.test(text)

/** A line after which a client knows what the server can do: EHLO and CAPA themselves, and IMAP's own list. */
export const tellsCapabilities = ({ from, text }: TranscriptLine): boolean =>
  from === 'client' ? /^(?:[EL]HLO\b|CAPA$)/i.test(text) : /^(?:\* |\* OK \[)CAPABILITY\b/i.test(text)
