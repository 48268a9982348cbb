import {
  answer,
  clearUse,
  defineQuirks,
  hold,
  inject,
  line,
  marker,
  param,
  reply,
  silent,
  wait,
} from '../define-quirks.ts'

const protocols = ['smtp', 'imap', 'pop3'] as const

/** Milliseconds. A client that has an answer sends its next command at once. */
const heldFor = 1000

const answersAhead = [answer('capabilities'), answer('auth', { ahead: 2 })] as const

const message = ['Subject: ', marker, '\r\n\r\n', marker, '\r\n']

export const injection = defineQuirks({
  'starttls-injected': {
    summary: 'Behind the answer to STARTTLS, in clear and in the same segment, stands an answer to the next command.',
    layer: 'starttls',
    protocols,
    modes: ['starttls'],
    parameter: {
      name: 'what',
      values: {
        capabilities: {},
        auth: {
          summary: 'Behind the answer to STARTTLS stand answers to the next two commands, a login among them.',
          at: { 'starttls-reply': [reply(), inject(...answersAhead)], 'after-tls': [silent()] },
        },
        mailbox: {
          summary: 'Behind the answer to STARTTLS stand a login and a whole mailbox with a message in it.',
          at: {
            'starttls-reply': [
              reply(),
              inject(...answersAhead, answer('select', { ahead: 3 }), answer('fetch', { ahead: 4, message })),
            ],
            'after-tls': [silent()],
          },
          plants: [{ message: 'mockmail-7XiYhgS7' }],
          aliases: ['inject-mailbox'],
        },
      },
      default: 'capabilities',
    },
    expect: 'either',
    because: 'what came in clear must be gone after the handshake: a client gives up, or discards it and goes on',
    references: [
      'RFC 3207 §6',
      'RFC 2595 §4',
      'RFC 9051 §6.2.1',
      'CVE-2020-15685',
      'CVE-2021-38371',
      'CVE-2021-22947',
      'NO STARTTLS, USENIX Security 2021',
    ],
    tags: ['starttls', 'injection'],
    aliases: ['inject-next-answer', 'B_1'],
    shows: [...clearUse, 'acted-on-injected'],
    at: { 'starttls-reply': [reply(), inject(answer('capabilities'))], 'after-tls': [hold(heldFor)] },
  },
  'starttls-injected-later': {
    summary:
      'Behind the answer to STARTTLS, in clear and in a segment of its own, comes an answer to the next command.',
    layer: 'starttls',
    protocols,
    modes: ['starttls'],
    parameter: { name: 'milliseconds', values: [1, 10, 50], default: 10 },
    expect: 'either',
    because: 'what came in clear must be gone after the handshake, in whichever segment it came',
    references: ['RFC 3207 §6', 'RFC 2595 §4', 'RFC 9051 §6.2.1', 'NO STARTTLS, USENIX Security 2021'],
    tags: ['starttls', 'injection'],
    aliases: ['inject-split-segment'],
    shows: [...clearUse, 'acted-on-injected'],
    at: {
      'starttls-reply': [reply(), wait(param), inject(answer('capabilities'))],
      'after-tls': [hold(heldFor)],
    },
  },
  'first-answer-held': {
    summary: 'The first answer inside TLS comes a second late, or as soon as the client says more without it.',
    layer: 'starttls',
    protocols,
    modes: ['starttls'],
    expect: 'accept',
    because: 'a client waits a second for an answer',
    references: ['RFC 5321 §4.5.3.2', 'NO STARTTLS, USENIX Security 2021'],
    tags: ['starttls', 'injection'],
    shows: [],
    at: { 'after-tls': [hold(heldFor)] },
  },
  untagged: {
    summary: 'In clear, at the chosen moment, stands an untagged response that nobody asked for.',
    layer: 'starttls',
    protocols: ['imap'],
    modes: ['starttls'],
    moments: ['starttls-reply', 'greeting', 'client-hello'],
    parameter: {
      name: 'response',
      values: {
        list: { at: unasked('* LIST () "/" 7XiYhgS7'), plants: [{ mailbox: '7XiYhgS7' }], aliases: ['tamper-list'] },
        lsub: { at: unasked('* LSUB () "/" jcaZji2A'), plants: [{ mailbox: 'jcaZji2A' }], aliases: ['tamper-lsub'] },
        exists: { at: unasked('* 54321 EXISTS'), plants: [{ number: 54321 }], aliases: ['tamper-exists'] },
        alert: { at: unasked('* OK [ALERT] mockmail-7XiYhgS7'), plants: [{ text: 'mockmail-7XiYhgS7' }] },
      },
      default: 'list',
    },
    expect: 'either',
    because: 'what came in clear says nothing of the session inside TLS: a client gives up, or forgets it and goes on',
    references: ['RFC 9051 §6.2.1', 'RFC 9051 §11.1', 'NO STARTTLS, USENIX Security 2021'],
    tags: ['starttls', 'injection'],
    shows: [...clearUse, 'acted-on-clear-state', 'surfaced-clear-text'],
  },
})

/** Behind the greeting, before the answer to STARTTLS, or behind it. */
function unasked(text: string) {
  return {
    greeting: [reply(), inject(line(text))],
    'starttls-reply': [inject(line(text)), reply()],
    'client-hello': [inject(line(text)), reply()],
  }
}
