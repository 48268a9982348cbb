/** One thing that can be asked of the control API: the router and openapi.json are made of it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly summary: string
  /** What may stand behind `?`, and what it means. */
  readonly query?: Readonly<Record<string, string>>
  /** A type of ours as JSON, or a media type. */
  readonly body?: string
  /** A type of ours as JSON, a media type, or nothing. */
  readonly answer: string | null
  /** Default 200, or 204 where nothing is answered. */
  readonly status?: 201
}

const settle = 'milliseconds without a new connection before the run is judged (default 250)'
const wait = 'milliseconds to wait for the first one that fits (default 0)'
const filter = {
  endpoint: 'only those of this endpoint',
  from: 'the sender of the envelope contains this',
  to: 'a recipient of the envelope contains this',
  subject: 'the subject contains this',
} as const

/** Everything that can be asked, by its name. */
export const operations = {
  livez: { method: 'GET', path: '/livez', summary: 'Whether the process is there.', answer: 'text/plain' },
  readyz: { method: 'GET', path: '/readyz', summary: 'Whether everything listens.', answer: 'text/plain' },
  page: { method: 'GET', path: '/', summary: 'The live page.', answer: 'text/html' },
  listEndpoints: {
    method: 'GET',
    path: '/api/v1/endpoints',
    summary: 'Every endpoint, twins included.',
    answer: 'EndpointList',
  },
  openEndpoint: {
    method: 'POST',
    path: '/api/v1/endpoints',
    summary: 'Opens one more endpoint. Answers when it listens and its certificates, files and twin are there.',
    body: 'NewEndpoint',
    answer: 'ChangedEndpoint',
    status: 201,
  },
  switchEndpoint: {
    method: 'PUT',
    path: '/api/v1/endpoints/{id}',
    summary:
      'Shows another scenario on the same port, in a new run. Answers when certificates, files and the twin are there; open connections end with the old run.',
    body: 'Switch',
    answer: 'ChangedEndpoint',
  },
  closeEndpoint: {
    method: 'DELETE',
    path: '/api/v1/endpoints/{id}',
    summary: 'Ends its connections and frees its port.',
    answer: null,
  },
  resetEndpoint: {
    method: 'POST',
    path: '/api/v1/endpoints/{id}/reset',
    summary: 'Begins a new run: connections and messages are forgotten, and the mailbox has the samples again.',
    answer: null,
  },
  outcome: {
    method: 'GET',
    path: '/api/v1/endpoints/{id}/outcome',
    summary:
      'What the client did in this run, every connection, worst wins. Waits until every connection has ended, two seconds at most, and no new one came for a while.',
    query: {
      settle,
      control:
        "'required' (the default): a refusal counts only where the client has completed a session with a good server on the same protocol and mode; 'off' for those who know better",
      require: "'revocation': fail a client that does not look at revocation, in place of noting it",
    },
    answer: 'RunOutcome',
  },
  connections: {
    method: 'GET',
    path: '/api/v1/endpoints/{id}/connections',
    summary: 'The records of this run.',
    query: {
      open: "'only': only those that are still open",
      newest: 'only so many, the newest',
    },
    answer: 'ConnectionList',
  },
  connectionView: {
    method: 'GET',
    path: '/api/v1/endpoints/{id}/connections/{connection}/view',
    summary:
      'One connection of this run as the live page shows it: what it came to, the dialogue, the chain, the ClientHello.',
    answer: 'text/html',
  },
  listMessages: {
    method: 'GET',
    path: '/api/v1/messages',
    summary: 'What clients sent in, oldest first.',
    query: { ...filter, wait },
    answer: 'MessageList',
  },
  deliverMessage: {
    method: 'POST',
    path: '/api/v1/messages',
    summary: 'Puts a message into the INBOX that IMAP and POP3 clients see: of one endpoint, or of every scenario.',
    query: { endpoint: 'only into the mailbox of this endpoint' },
    body: 'message/rfc822',
    answer: 'Delivered',
    status: 201,
  },
  clearMessages: {
    method: 'DELETE',
    path: '/api/v1/messages',
    summary: 'Forgets what clients sent in.',
    query: { endpoint: 'only what this endpoint has' },
    answer: null,
  },
  message: {
    method: 'GET',
    path: '/api/v1/messages/{id}',
    summary: "One message, raw and decoded; with 'Accept: message/rfc822' its octets alone.",
    answer: 'WholeMessage',
  },
  scenarios: {
    method: 'GET',
    path: '/api/v1/scenarios',
    summary: "The catalogue, as 'mockmail list --json' prints it.",
    query: { tag: 'only those with this tag' },
    answer: 'ListOutput',
  },
  explain: {
    method: 'GET',
    path: '/api/v1/explain',
    summary: "What a scenario, or a client's error text or code, means, as 'mockmail explain --json' prints it.",
    query: { q: 'a scenario, an error text or a code' },
    answer: 'Explanation',
  },
  ca: {
    method: 'GET',
    path: '/api/v1/ca.pem',
    summary: 'Every root that a client should trust in this run.',
    answer: 'application/x-pem-file',
  },
  revoke: {
    method: 'POST',
    path: '/api/v1/pki/revoke',
    summary:
      'Planned: revokes a certificate, so that the next CRL, OCSP answer and staple say so. As long as none can be revoked while the servers run, this is 409, NOT_REVOCABLE.',
    body: 'Revocation',
    answer: null,
  },
  events: {
    method: 'GET',
    path: '/api/v1/events',
    summary:
      "Server-sent events: the lines of --json, the ready event first. Whoever does not read loses some, and is told how many by an event 'lost'.",
    answer: 'text/event-stream',
  },
  holdLeases: {
    method: 'GET',
    path: '/api/v1/leases',
    summary:
      "For test runners: a stream that begins with an event 'holder'. What is lent to that holder is reported here ('ended', 'message'), and goes back when the stream ends.",
    answer: 'text/event-stream',
  },
  lease: {
    method: 'POST',
    path: '/api/v1/leases',
    summary: 'Lends endpoints that nobody else has meanwhile: some that are free, or new ones.',
    body: 'LeaseWish',
    answer: 'Lease',
    status: 201,
  },
  giveBack: {
    method: 'DELETE',
    path: '/api/v1/leases/{id}',
    summary: 'Gives back all that a holder has, and ends its stream.',
    answer: null,
  },
  openapi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This description.',
    answer: 'application/json',
  },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationName = keyof typeof operations
